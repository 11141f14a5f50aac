#include "cli/synthetic_check.h"

#include "cli/synthetic.h"

namespace aside::cli {
namespace {

bool take_front(std::string_view& body, std::string_view expected) {
    if (!body.starts_with(expected)) return false;
    body.remove_prefix(expected.size());
    return true;
}

bool is_item(std::uint64_t item, std::uint64_t items, std::uint64_t references,
             std::uint64_t size_bytes, std::string_view body) {
    if (!take_front(body, R"({"id":"item-)" + std::to_string(item) + R"(","values":[)"))
        return false;
    for (std::uint64_t i = 0; i < references; ++i) {
        if (i > 0 && !take_front(body, ",")) return false;
        if (!take_front(body, synthetic_body((item + i) % items, size_bytes))) return false;
    }
    return body == "]}";
}

}  // namespace

Result<lab::load::BodyCheck> synthetic_check(std::string_view path, std::uint64_t items,
                                             std::uint64_t references, std::uint64_t size_bytes) {
    if (size_bytes == 0) return fail(Errc::bad_input, "--size is at least 1");
    if (path.ends_with("/items/item-{}")) {
        return [=](std::uint64_t key, std::string_view body) {
            return is_item(key, items, references, size_bytes, body);
        };
    }
    if (path.ends_with("/objects/obj-{}")) {
        return [=](std::uint64_t key, std::string_view body) {
            return body == synthetic_body(key, size_bytes);
        };
    }
    return fail(Errc::bad_input, "the path ends neither in /items/item-{} nor in /objects/obj-{}");
}

}  // namespace aside::cli
