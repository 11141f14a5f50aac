// Where in a directory store's tree an object or an item stands.
//
//   country/GB                        the unversioned object "country/GB": its key is its name, for
//   people and other tools .aside/objects/NAME               objects that cannot stand there:
//   versions, and keys that another key is a folder of ("a" and "a/b") .aside/items/NAME items
//   .aside/import/{objects,items}/…   what an import has written so far
//   .aside/committed                  there while an import's files are valid and on their way to
//   their places
//
// NAME is the key, percent-encoded but for letters, digits, '-', '_' and '.' (not as its first
// byte), then '@' and the version, encoded likewise. Both marks are encoded in keys, so no key can
// look like another's version. A NAME over 200 bytes is cut into parts, each but the last a folder
// ending in '+', which is encoded too: a folder never has a file's name.
//
// Thread rule: pure functions. Errors: bad_input for keys that no file can have: empty, NUL, not
// UTF-8, absolute, with an empty part, "." or
// "..", a part over 255 bytes, over kMaxFileKeyBytes in all, or inside of ".aside".
#pragma once

#include <string>
#include <string_view>

#include "engine/ports/origin.h"

namespace aside::origin {

inline constexpr std::size_t kMaxFileKeyBytes = 1024;  // as in S3; encoded it still fits a path
inline constexpr std::string_view kCommittedMark = ".aside/committed";
inline constexpr std::string_view kStagedObjects = ".aside/import/objects";
inline constexpr std::string_view kStagedItems = ".aside/import/items";

struct FilePlace {
    std::string plain;   // empty: it has none
    std::string own;     // below .aside
    std::string staged;  // while an import is under way
};

Result<FilePlace> place_of(const Reference& reference);
Result<FilePlace> place_of_item(std::string_view id);

// What a file below kStagedObjects or kStagedItems holds (an item's id is the key). Errors:
// corrupt.
Result<Reference> reference_of_name(std::string_view name);

}  // namespace aside::origin
