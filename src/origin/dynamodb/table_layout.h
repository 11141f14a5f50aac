// How items stand in a DynamoDB table: which attributes hold what.
//
// Two layouts. *List*: an item is one row, and its references are a list attribute, each element a
// string (the object's key) or a map with the key and maybe a version:
//
//   {"id": {"S": "gb"}, "refs": {"L": [{"S": "gb/ENG"}, {"M": {"key": {"S": "gb/SCT"},
//                                                              "version": {"S": "7"}}}]}}
//
// *Rows*: an item is a partition, and each of its rows names one object; the sort key gives their
// order:
//
//   {"id": {"S": "gb"}, "position": {"N": "0"}, "key": {"S": "gb/ENG"}, "version": {"S": "7"}}
//
// A string set is refused: it has no order, and the references' order is the answer's. A version
// may be a string or a number. Thread rule: plain values.
#pragma once

#include <string>

namespace aside::origin {

struct TableLayout {
    std::string table;
    std::string id = "id";            // the partition key: a string
    std::string references = "refs";  // list layout: the list
    std::string position;             // rows layout: the sort key, a number. Empty: the list layout
    std::string key = "key";          // in a map or row: the object's key, a string
    std::string version = "version";  // in a map or row: its version, if it has one

    bool rows() const { return !position.empty(); }
};

}  // namespace aside::origin
