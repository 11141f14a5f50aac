// Writes what references_json.h reads: {"refs":[{"key":"gb/ENG","version":"7"},{"key":"gb"}]}.
//
// The same references give the same bytes. Thread rule: one owner.
#pragma once

#include <string>
#include <string_view>

namespace aside::wire {

class ReferencesWriter {
  public:
    void add(std::string_view key, std::string_view version);  // version: empty for none
    std::string finish();                                      // once

  private:
    std::string text_ = "{\"refs\":[";
};

}  // namespace aside::wire
