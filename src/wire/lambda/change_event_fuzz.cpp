// An event of changes: whatever it says, what is told are names that Aside could have, and whoever
// sent it can be answered.
#include <cstdlib>
#include <vector>

#include "wire/json_check.h"
#include "wire/lambda/change_event.h"
#include "wire/utf8.h"

namespace {

using namespace aside::wire;

void require(bool promise) {
    if (!promise) std::abort();
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxKeyBytes && !text.contains('\0') && is_utf8(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto event = decode_changes(text, {.object_prefix = "de/"});
    if (!event) {
        require(!event.error().detail.empty());
        return 0;
    }
    require((event->sender == ChangeSender::none) == event->records.empty());
    std::vector<std::size_t> failed;
    for (std::size_t at = 0; at < event->records.size(); ++at) {
        const ChangeRecord& record = event->records[at];
        require(record.id.empty() != takes_failures_apart(event->sender));
        for (const std::string& item : record.items) require(is_name(item));
        for (const ReferenceText& object : record.objects) {
            require(is_name(object.key));
            require(object.version.empty() || is_name(object.version));
        }
        if (!record.error.empty()) failed.push_back(at);
    }
    if (takes_failures_apart(event->sender)) require(is_json(batch_item_failures(*event, failed)));
    return 0;
}
