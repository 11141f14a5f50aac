// AWS's partitions: which regions belong to which, and what their host names end in.
//
// A region is known by the form of its name, not by a list, so that one which opens tomorrow works
// today. Source: botocore's partitions.json. Thread rule: pure functions.
#pragma once

#include <string_view>

namespace aside::aws {

struct Partition {
    std::string_view id;                 // "aws"
    std::string_view region_begins;      // "us-gov-"
    std::string_view suffix;             // "amazonaws.com"
    std::string_view dual_stack_suffix;  // "api.aws"
};

// Null: no region's name has this form.
const Partition* partition_of(std::string_view region);

}  // namespace aside::aws
