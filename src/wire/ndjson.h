// One record of a data set: a line of NDJSON (https://github.com/ndjson/ndjson-spec).
//
//   items    {"id":"GB","refs":[{"key":"country/GB"},{"key":"currency/GBP","version":"7"}]}
//   objects  {"key":"country/GB","version":"7","body":{…any JSON…}}      version optional or null
//
// Strict: unknown and repeated members are errors. A body is the bytes as they stand in the line,
// between the colon and the comma, white space around it left out. The line is given without its
// line feed; a carriage return before it is white space to JSON. Thread rule: any thread.
// Ownership: `ObjectRecord::body` points into the line. Errors: bad_input (says which member),
// too_large (references over the limit, a body over its limit).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/references_json.h"

namespace aside::wire {

struct ItemRecord {
    std::string id;
    std::vector<ReferenceText> references;
};

struct ObjectRecord {
    ReferenceText name;
    std::string_view body;
};

Result<ItemRecord> decode_item_record(std::string_view line, std::size_t max_references);
Result<ObjectRecord> decode_object_record(std::string_view line, std::size_t max_body_bytes);

}  // namespace aside::wire
