#include "origin/dynamodb/failures.h"

#include <initializer_list>
#include <string>

#include "wire/aws_checksum.h"
#include "wire/json_parser.h"

namespace aside::origin {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

struct Told {
    std::string name, message;
};

// The first of these members that is there and is a string.
std::string text_member(object root, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        std::string_view text;
        if (!root.at_key(name).get(text)) return std::string(text);
    }
    return {};
}

Told told_in(std::string_view body) {
    return wire::with_json(body, [](simdjson::simdjson_result<element> document) {
        object root;
        if (document.get(root)) return Told{};
        return Told{std::string(aws::error_name(text_member(root, {"__type", "code"}))),
                    text_member(root, {"message", "Message"})};
    });
}

}  // namespace

DynamodbFailure failure_of(unsigned status, std::string_view body) {
    const Told told = told_in(body);
    aws::ErrorMeaning meaning = aws::meaning_of(status, told.name, told.message);
    // No error of DynamoDB's says that an item does not exist.
    if (meaning.step == aws::ErrorStep::absent) {
        meaning = {aws::ErrorStep::give_up, Errc::protocol};
    }
    return {meaning, Error{meaning.code, aws::describe_error("DynamoDB", status, told.name,
                                                             told.message, meaning)}};
}

aws::ErrorMeaning dynamodb_meaning(const http_client::HttpAnswer& answer) {
    return failure_of(answer.head.status, answer.body).meaning;
}

Result<void> check_crc32(std::string_view told, std::string_view body) {
    if (wire::check_decimal_crc32(told, body) != wire::ChecksumVerdict::differs) return {};
    return fail(Errc::io, "DynamoDB's answer is not what its x-amz-crc32 says");
}

}  // namespace aside::origin
