// What a lab left in /tmp because its process was killed before it could clean up.
//
// Processes need no such thing: they end with the one that started them. Thread rule: blocks.
#pragma once

#include <cstdint>
#include <string>

namespace aside::lab {

// For a directory of this process: "/tmp/aside-lab-PID-NUMBER".
std::string lab_directory(std::uint64_t number);

// Directories of clusters whose makers are gone.
void remove_leftovers();

}  // namespace aside::lab
