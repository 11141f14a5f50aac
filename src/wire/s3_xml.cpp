#include "wire/s3_xml.h"

#include <charconv>

#include <pugixml.hpp>

namespace aside::wire {
namespace {

// An element's name without its prefix: "s3:Key" is "Key".
std::string_view local_name(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    const std::size_t colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& of, std::string_view name) {
    for (const pugi::xml_node& node : of.children()) {
        if (local_name(node) == name) return node;
    }
    return {};
}

std::string_view text(const pugi::xml_node& of, std::string_view name) {
    return child(of, name).text().get();
}

std::unexpected<Error> not_xml(std::string_view wanted) {
    return fail(Errc::protocol, "expected the XML document " + std::string(wanted));
}

// The parser does not recurse; white space is kept, for a key may be nothing else.
bool load(pugi::xml_document& document, std::string_view xml) {
    constexpr unsigned kOptions =
        pugi::parse_escapes | pugi::parse_cdata | pugi::parse_ws_pcdata_single;
    return xml.size() <= kMaxXmlBytes &&
           document.load_buffer(xml.data(), xml.size(), kOptions, pugi::encoding_utf8);
}

// Keys are form-encoded in listings: a blank is "+" there, and a plus "%2B".
Result<std::string> decoded_key(std::string_view encoded) {
    std::string blanks(encoded);
    for (char& c : blanks) {
        if (c == '+') c = ' ';
    }
    std::string key;
    for (std::size_t i = 0; i < blanks.size(); ++i) {
        if (blanks[i] != '%') {
            key += blanks[i];
            continue;
        }
        unsigned byte = 0;
        const char* const digits = blanks.data() + i + 1;
        const std::size_t left = blanks.size() - i - 1;
        if (left < 2 || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) {
            return fail(Errc::protocol, "a listed key is not encoded as was asked");
        }
        key += static_cast<char>(byte);
        i += 2;
    }
    return key;
}

Result<ListedObject> listed_object(const pugi::xml_node& contents, bool encoded) {
    ListedObject object;
    const std::string_view key = text(contents, "Key");
    if (encoded) {
        auto plain = decoded_key(key);
        if (!plain) return fail(plain.error());
        object.key = std::move(*plain);
    } else {
        object.key = key;
    }
    const std::string_view size = text(contents, "Size");
    const auto [end, wrong] =
        std::from_chars(size.data(), size.data() + size.size(), object.size_bytes);
    if (object.key.empty() || wrong != std::errc{} || end != size.data() + size.size()) {
        return fail(Errc::protocol, "a listed object without key or size");
    }
    object.entity_tag = text(contents, "ETag");
    return object;
}

}  // namespace

std::optional<S3Error> read_s3_error(std::string_view xml) {
    pugi::xml_document document;
    if (!load(document, xml)) return std::nullopt;
    const pugi::xml_node root = document.document_element();
    if (local_name(root) != "Error") return std::nullopt;
    S3Error error{std::string(text(root, "Code")), std::string(text(root, "Message")),
                  std::string(text(root, "Region"))};
    if (error.code.empty()) return std::nullopt;
    return error;
}

Result<ListPage> read_list_page(std::string_view xml) {
    constexpr std::string_view kName = "ListBucketResult";
    pugi::xml_document document;
    if (!load(document, xml)) return not_xml(kName);
    const pugi::xml_node root = document.document_element();
    if (local_name(root) != kName) return not_xml(kName);
    ListPage page;
    const bool encoded = text(root, "EncodingType") == "url";
    for (const pugi::xml_node& node : root.children()) {
        if (local_name(node) != "Contents") continue;
        auto object = listed_object(node, encoded);
        if (!object) return fail(object.error());
        page.objects.push_back(std::move(*object));
    }
    if (text(root, "IsTruncated") != "true") return page;
    page.continuation_token = text(root, "NextContinuationToken");
    if (page.continuation_token.empty()) {
        return fail(Errc::protocol, "a listing that goes on, and does not say where");
    }
    return page;
}

}  // namespace aside::wire
