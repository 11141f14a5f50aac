// The JSON of an invocation's event, read in one pass by simdjson's on-demand parser: what nobody
// asks for is passed over, not parsed. For .cpp files of wire/lambda.
//
// Thread rule: one thread at a time. Ownership: texts are views of the reader's memory, until its
// next call. The memory stays for the next event, unless this one was unusually large. Errors:
// bad_input.
#pragma once

#include <string>
#include <string_view>

#include <simdjson.h>

#include "base/result.h"

namespace aside::wire {

using EventValue = simdjson::ondemand::value;

std::unexpected<Error> no_json();
std::unexpected<Error> wrong_type(std::string_view name, std::string_view wanted);

// A string's text. `name` is for the error, as below.
Result<std::string_view> read_text(EventValue from, std::string_view name);
Result<bool> read_truth(EventValue from, std::string_view name);

// REQUIRES: the field's value has not been touched.
Result<std::string_view> name_of(simdjson::ondemand::field& from);

// Calls `member(name, value) -> Result<void>` for each member, in their order.
template <class Member>
Result<void> each_member(simdjson::ondemand::object from, Member member) {
    for (auto found : from) {
        simdjson::ondemand::field field;
        if (std::move(found).get(field)) return no_json();
        const auto name = name_of(field);
        if (!name) return fail(name.error());
        const Result<void> taken = member(*name, field.value());
        if (!taken) return taken;
    }
    return {};
}

template <class Member>
Result<void> each_member_of(EventValue from, std::string_view name, Member member) {
    simdjson::ondemand::object object;
    if (from.get_object().get(object)) return wrong_type(name, "an object");
    return each_member(object, member);
}

// Calls `element(value) -> Result<void>` for each element of an array.
template <class Element>
Result<void> each_element_of(EventValue from, std::string_view name, Element element) {
    simdjson::ondemand::array array;
    if (from.get_array().get(array)) return wrong_type(name, "an array");
    for (auto found : array) {
        EventValue value;
        if (std::move(found).get(value)) return no_json();
        const Result<void> taken = element(value);
        if (!taken) return taken;
    }
    return {};
}

class EventJson {
  public:
    // What events may be large without the memory for them being given back with the next one. The
    // reader's own is about seven times as much.
    static constexpr std::size_t kKeptBytes = 256 * 1024;

    // Calls `member(name, value) -> Result<void>` for each member of the event. False: the event
    // is JSON, but no object.
    template <class Member>
    Result<bool> read(std::string_view event, Member member) {
        simdjson::ondemand::document document;
        if (open(event).get(document)) return no_json();
        simdjson::ondemand::json_type type;
        if (document.type().get(type)) return no_json();
        if (type != simdjson::ondemand::json_type::object) return false;
        simdjson::ondemand::object object;
        if (document.get_object().get(object)) return no_json();
        const Result<void> taken = each_member(object, member);
        if (!taken) return fail(taken.error());
        const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
        if (!at_end) return no_json();
        return true;
    }

  private:
    simdjson::simdjson_result<simdjson::ondemand::document> open(std::string_view event);

    simdjson::ondemand::parser parser_;
    std::string padded_;  // simdjson may read past the end of what it is given
};

}  // namespace aside::wire
