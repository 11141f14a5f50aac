// Answers of AWS in XML: a small document, read by the names of its elements.
//
// By pugixml, which knows no external entities and no DTD, with a bound on how deep elements may
// nest. Namespaces are passed over: AWS uses one default per document. Thread rule: a document may
// be read by several. Ownership: owns its text; what it gives out are views of it. Errors:
// protocol.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aside::wire {

// One element of a document, while each() visits it.
class XmlElement {
  public:
    std::string_view text(std::string_view path) const;

  private:
    friend class XmlDocument;
    explicit XmlElement(const void* node) : node_(node) {}
    const void* const node_;
};

class XmlDocument {
  public:
    static constexpr unsigned kMaxDepth = 32;

    static Result<XmlDocument> parse(std::string_view xml);
    XmlDocument(XmlDocument&&) noexcept;
    XmlDocument& operator=(XmlDocument&&) noexcept;
    ~XmlDocument();

    std::string_view root() const;  // the outermost element's name
    // The text of the element at "Error/Code", looked for from the root's children on; the first
    // one where there are several. Empty when there is none.
    std::string_view text(std::string_view path) const;
    // The root's children of that name, in order.
    void each(std::string_view name, const std::function<void(const XmlElement&)>& visit) const;

  private:
    struct Tree;
    explicit XmlDocument(std::unique_ptr<Tree> tree);
    std::unique_ptr<Tree> tree_;
};

}  // namespace aside::wire
