#include "traces/trace.h"

#include <memory>
#include <utility>

#include "traces/access_log.h"
#include "traces/csv.h"
#include "traces/decompress.h"

namespace aside::traces {

Result<std::unique_ptr<TraceReader>> open_trace(std::unique_ptr<runtime::ByteSource> source) {
    auto bytes = decompressed(std::move(source));
    if (!bytes) return fail(bytes.error());
    Lines lines(std::move(*bytes));
    std::string_view first;
    auto any = lines.peek(first);
    if (!any) return fail(any.error());
    if (const auto kind = access_log_kind(first))
        return std::make_unique<AccessLogReader>(std::move(lines), *kind);
    return std::make_unique<CsvReader>(std::move(lines));
}

}  // namespace aside::traces
