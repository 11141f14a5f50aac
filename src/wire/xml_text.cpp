#include "wire/xml_text.h"

#include <pugixml.hpp>

namespace aside::wire {
namespace {

// Without recursion, so that a hostile depth costs no stack.
bool too_deep(const pugi::xml_node& root) {
    unsigned depth = 0;
    pugi::xml_node at = root;
    while (at) {
        if (const pugi::xml_node child = at.first_child()) {
            if (++depth > XmlDocument::kMaxDepth) return true;
            at = child;
            continue;
        }
        while (at && at != root && !at.next_sibling()) {
            at = at.parent();
            --depth;
        }
        if (!at || at == root) return false;
        at = at.next_sibling();
    }
    return false;
}

std::string_view text_below(pugi::xml_node at, std::string_view path) {
    while (at && !path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        const std::string name(path.substr(0, slash));
        at = at.child(name.c_str());
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return at.text().get();
}

}  // namespace

struct XmlDocument::Tree {
    pugi::xml_document document;
};

XmlDocument::XmlDocument(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

Result<XmlDocument> XmlDocument::parse(std::string_view xml) {
    auto tree = std::make_unique<Tree>();
    const pugi::xml_parse_result parsed = tree->document.load_buffer(
        xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed || !tree->document.document_element()) return fail(Errc::protocol, "not XML");
    if (too_deep(tree->document)) return fail(Errc::protocol, "XML that nests too deep");
    return XmlDocument(std::move(tree));
}

std::string_view XmlDocument::root() const {
    return tree_->document.document_element().name();
}

std::string_view XmlDocument::text(std::string_view path) const {
    return text_below(tree_->document.document_element(), path);
}

void XmlDocument::each(std::string_view name,
                       const std::function<void(const XmlElement&)>& visit) const {
    const std::string wanted(name);
    for (const pugi::xml_node child : tree_->document.document_element().children(wanted.c_str())) {
        visit(XmlElement(&child));
    }
}

std::string_view XmlElement::text(std::string_view path) const {
    return text_below(*static_cast<const pugi::xml_node*>(node_), path);
}

}  // namespace aside::wire
