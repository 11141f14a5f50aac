// The two stores of a process. Thread rule: plain pointers; the stores have rules of their own.
#pragma once

#include <memory>

#include "engine/ports/origin.h"

namespace aside::cli {

struct Stores {
    std::shared_ptr<Index> index;
    std::shared_ptr<ObjectStore> objects;  // may be the same object as `index`

    // Their connections of this worker, for good.
    void close(runtime::Worker& worker) const {
        if (index) index->close(worker);
        if (objects) objects->close(worker);
    }
};

}  // namespace aside::cli
