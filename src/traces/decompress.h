// A byte source that undoes gzip or zstd, told by the first bytes, or passes through what is
// neither. Several members or frames in a row read as one, as the tools that write them promise.
//
// Thread rule, ownership: as runtime::ByteSource; takes over the source. Errors: corrupt, and those
// of the source. Memory: two buffers of 64 KiB and what the decoder needs: at most 128 MiB, for a
// zstd frame that asks for the largest window.
#pragma once

#include <memory>

#include "base/result.h"
#include "runtime/files.h"

namespace aside::traces {

Result<std::unique_ptr<runtime::ByteSource>> decompressed(
    std::unique_ptr<runtime::ByteSource> source);

}  // namespace aside::traces
