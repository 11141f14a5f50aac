// What tells Lambda that data has changed, as names to forget: objects of a bucket, items of a
// table.
//
// Understood are DynamoDB's stream, and S3's event notifications: handed to the function, by SNS,
// by SQS, by SNS and SQS, and S3's events of EventBridge, by SQS too. Forms: docs.aws.amazon.com,
// "Event message structure" (S3), "EventBridge event message structure" (S3), "Using Lambda with
// Amazon SQS", "Using Lambda with Amazon SNS", "Using AWS Lambda with Amazon DynamoDB"; for the
// answer "Implementing partial batch responses".
//
// A name that Aside could not have cached, because it is not below the prefix or no key at all, is
// passed over. Of a DynamoDB record the keys alone are looked at: they are the same in both layouts
// of a table, and there whatever the stream was told to hold.
//
// Thread rule: pure functions. Errors: bad_input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/references_json.h"

namespace aside::wire {

enum class ChangeSender : std::uint8_t {
    none,             // not an event of changes
    bucket,           // S3's notification
    event_bridge,     // S3's event of EventBridge
    topic,            // SNS
    queue,            // SQS
    dynamodb_stream,  // of the table that is the index
};

// What one record says. One that is not understood fails alone; what of it was understood is there.
struct ChangeRecord {
    std::string id;  // messageId or SequenceNumber; empty with the other senders
    std::vector<std::string> items;
    std::vector<ReferenceText> objects;  // a version is there besides the key, not in its place
    std::string error;                   // not empty: it was not understood, and why
};

struct ChangeEvent {
    ChangeSender sender = ChangeSender::none;
    std::vector<ChangeRecord> records;
};

struct ChangeOptions {
    std::string object_prefix{};       // what stands before a key in the bucket: "de/"
    std::string item_attribute{"id"};  // the table's partition key
};

Result<ChangeEvent> decode_changes(std::string_view event, const ChangeOptions& options);

// May single records of such an event come again, or only all of it, by an error of the invocation?
constexpr bool takes_failures_apart(ChangeSender sender) {
    return sender == ChangeSender::queue || sender == ChangeSender::dynamodb_stream;
}

// What is answered to such an event: {"batchItemFailures":[{"itemIdentifier":"…"}]}. `failed` are
// indexes of records, in ascending order. Of a stream the first one is named: Lambda comes again
// with it and all behind it.
std::string batch_item_failures(const ChangeEvent& event, std::span<const std::size_t> failed);

}  // namespace aside::wire
