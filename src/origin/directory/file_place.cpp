#include "origin/directory/file_place.h"

#include "wire/utf8.h"

namespace aside::origin {
namespace {

constexpr std::size_t kPartBytes = 200;
constexpr std::size_t kMaxPartBytes = 255;

bool stands_for_itself(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

void append_encoded(std::string& into, std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char c : text) {
        if (stands_for_itself(c)) {
            into += c;
            continue;
        }
        into += '%';
        into += kDigits[static_cast<unsigned char>(c) >> 4];
        into += kDigits[static_cast<unsigned char>(c) & 15];
    }
}

std::string name_of(std::string_view key, std::string_view version) {
    std::string name;
    append_encoded(name, key);
    if (!version.empty()) {
        name += '@';
        append_encoded(name, version);
    }
    std::string cut;
    std::string_view rest = name;
    for (; rest.size() > kPartBytes; rest.remove_prefix(kPartBytes)) {
        cut.append(rest.substr(0, kPartBytes)).append("+/");
    }
    return cut.append(rest);
}

Result<void> check_text(std::string_view text, std::string_view what) {
    const std::string name(what);
    if (text.size() > kMaxFileKeyBytes)
        return fail(Errc::bad_input, name + " is too long for a file");
    if (text.find('\0') != std::string_view::npos)
        return fail(Errc::bad_input, name + " holds a NUL");
    if (!wire::is_utf8(text)) return fail(Errc::bad_input, name + " is not UTF-8");
    return {};
}

Result<void> check_key(std::string_view key) {
    if (key.empty()) return fail(Errc::bad_input, "an empty key");
    auto good = check_text(key, "a key");
    if (!good) return good;
    if (key == ".aside" || key.starts_with(".aside/")) {
        return fail(Errc::bad_input, "a key inside of .aside, which is the store's own");
    }
    std::string_view rest = key;
    while (true) {
        const std::size_t end = std::min(rest.find('/'), rest.size());
        const std::string_view part = rest.substr(0, end);
        if (part.empty()) return fail(Errc::bad_input, "a key with an empty part");
        if (part == "." || part == "..") return fail(Errc::bad_input, "a key with a part . or ..");
        if (part.size() > kMaxPartBytes)
            return fail(Errc::bad_input, "a part of a key is too long for a file");
        // Files being written are called so until they are complete.
        if (part.starts_with(".aside-tmp-"))
            return fail(Errc::bad_input, "a key with a part .aside-tmp-");
        if (end == rest.size()) return {};
        rest.remove_prefix(end + 1);
    }
}

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

Result<FilePlace> place_of(const Reference& reference) {
    auto good = check_key(reference.key);
    if (good) good = check_text(reference.version, "a version");
    if (!good) return fail(std::move(good.error()));
    const std::string name = name_of(reference.key, reference.version);
    return FilePlace{reference.version.empty() ? reference.key : "", ".aside/objects/" + name,
                     std::string(kStagedObjects) + "/" + name};
}

Result<FilePlace> place_of_item(std::string_view id) {
    if (id.empty()) return fail(Errc::bad_input, "an empty id");
    auto good = check_text(id, "an id");
    if (!good) return fail(std::move(good.error()));
    const std::string name = name_of(id, "");
    return FilePlace{"", ".aside/items/" + name, std::string(kStagedItems) + "/" + name};
}

Result<Reference> reference_of_name(std::string_view name) {
    Reference reference;
    std::string* into = &reference.key;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (c == '+' || c == '/') continue;
        if (c == '@') {
            into = &reference.version;
            continue;
        }
        if (c != '%') {
            *into += c;
            continue;
        }
        // The two digits may stand on both sides of a cut.
        int code = 0;
        for (int digits = 0; digits < 2; ++digits) {
            do ++i;
            while (i < name.size() && (name[i] == '+' || name[i] == '/'));
            const int digit = i < name.size() ? digit_of(name[i]) : -1;
            if (digit < 0)
                return fail(Errc::corrupt, "a name that no key has: " + std::string(name));
            code = code * 16 + digit;
        }
        *into += static_cast<char>(code);
    }
    return reference;
}

}  // namespace aside::origin
