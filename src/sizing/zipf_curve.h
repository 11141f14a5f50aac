// The miss-ratio curve of keys that are asked for independently of each other, by Zipf's law.
//
// In the steady state: no reference is a key's first. A key is found in an LRU cache when it was
// asked for within the cache's characteristic time (Che, Tung and Wang, "Hierarchical Web Caching
// Systems: Modeling, Design and Experimental Results", IEEE JSAC 20(7), 2002); with a lifetime also
// only when it was loaded within that. Thread rule: a pure function.
#pragma once

#include "base/result.h"
#include "sizing/miss_ratio_curve.h"

namespace aside::sizing {

struct ZipfReferences {
    double keys = 0;
    double bytes = 1;  // of each, with all it takes
    double exponent = 0;
    double per_second = 0;
    double fresh_s = 0;     // 0: need not be asked for again
    double lifetime_s = 0;  // 0: does not expire; otherwise at least fresh_s
};

// Errors: bad_input: no keys, an exponent out of [0, 10], no rate where there are times.
Result<MissRatioCurve> zipf_curve(const ZipfReferences& references);

}  // namespace aside::sizing
