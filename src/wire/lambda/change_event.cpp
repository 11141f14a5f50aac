#include "wire/lambda/change_event.h"

#include "wire/json_parser.h"
#include "wire/json_text.h"
#include "wire/lambda/object_changes.h"

namespace aside::wire {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using Document = simdjson::simdjson_result<element>;

ChangeSender sender_of(element record) {
    const std::string_view source = text_at(record, "eventSource");
    if (source == "aws:s3") return ChangeSender::bucket;
    if (source == "aws:sqs") return ChangeSender::queue;
    if (source == "aws:dynamodb") return ChangeSender::dynamodb_stream;
    return text_at(record, "EventSource") == "aws:sns" ? ChangeSender::topic : ChangeSender::none;
}

// A message's text is JSON itself, which is read when the event no longer is: they share a parser.
struct Message {
    std::string text;
    bool is_known = false;
};

Result<void> add_objects(element notification, std::string_view prefix, Message* inner,
                         std::vector<ReferenceText>& into) {
    array records;
    if (!notification["Records"].get(records)) {
        for (const element record : records) {
            const auto added = add_notified_object(record, prefix, into);
            if (!added) return added;
        }
        return {};
    }
    if (is_bucket_event(notification)) return add_event_object(notification, prefix, into);
    // What S3 sends when notifications are set up.
    if (text_at(notification, "Event") == "s3:TestEvent") return {};
    // What SNS makes of a message when it is not told to deliver it raw.
    std::string_view text;
    if (inner && text_at(notification, "Type") == "Notification" &&
        !notification["Message"].get(text)) {
        *inner = {.text = std::string(text), .is_known = true};
        return {};
    }
    return fail(Errc::bad_input, "a message that is no event of S3");
}

// `by_topic`: the text may be what SNS made of the notification.
Result<void> add_objects_of_text(std::string_view text, std::string_view prefix, bool by_topic,
                                 std::vector<ReferenceText>& into) {
    Message inner;
    const auto added = with_json(text, [&](Document document) -> Result<void> {
        element root;
        if (document.get(root)) return fail(Errc::bad_input, "a message that is not JSON");
        return add_objects(root, prefix, by_topic ? &inner : nullptr, into);
    });
    if (!added || !inner.is_known) return added;
    return add_objects_of_text(inner.text, prefix, false, into);
}

// {"dynamodb":{"Keys":{"id":{"S":"gb"}},"SequenceNumber":"7"}}
Result<void> add_item(element record, std::string_view attribute, std::vector<std::string>& into) {
    element keys;
    std::string_view id;
    if (record["dynamodb"]["Keys"].get(keys)) {
        return fail(Errc::bad_input, "a record of DynamoDB without keys");
    }
    if (keys[attribute]["S"].get(id)) {
        return fail(Errc::bad_input, "a record of DynamoDB whose keys have no string \"" +
                                         std::string(attribute) + "\"");
    }
    if (is_name(id)) into.emplace_back(id);
    return {};
}

// A record, and what of it is read later.
struct Read {
    ChangeRecord record;
    Message message;
};

Result<void> read_record(element from, ChangeSender sender, const ChangeOptions& options,
                         Read& into) {
    std::string_view text;
    switch (sender) {
        case ChangeSender::dynamodb_stream:
            if (!from["dynamodb"]["SequenceNumber"].get(text)) into.record.id = text;
            return add_item(from, options.item_attribute, into.record.items);
        case ChangeSender::queue:
            into.record.id = text_at(from, "messageId");
            if (from["body"].get(text)) return fail(Errc::bad_input, "a message without a body");
            break;
        case ChangeSender::topic:
            if (from["Sns"]["Message"].get(text))
                return fail(Errc::bad_input, "a message without a text");
            break;
        default:
            return add_notified_object(from, options.object_prefix, into.record.objects);
    }
    into.message = {.text = std::string(text), .is_known = true};
    return {};
}

void note(const Result<void>& outcome, ChangeRecord& record) {
    if (!outcome) record.error = outcome.error().detail;
}

Result<ChangeSender> read_event(element event, const ChangeOptions& options,
                                std::vector<Read>& into) {
    if (is_bucket_event(event)) {
        Read& read = into.emplace_back();
        note(add_event_object(event, options.object_prefix, read.record.objects), read.record);
        return ChangeSender::event_bridge;
    }
    array records;
    if (event["Records"].get(records) || records.begin() == records.end())
        return ChangeSender::none;
    const ChangeSender sender = sender_of(*records.begin());
    if (sender == ChangeSender::none) return sender;
    for (const element record : records) {
        Read& read = into.emplace_back();
        if (sender_of(record) != sender)
            return fail(Errc::bad_input, "an event with records of several senders");
        note(read_record(record, sender, options, read), read.record);
        if (takes_failures_apart(sender) && read.record.id.empty())
            return fail(Errc::bad_input, "a record without an identifier");
    }
    return sender;
}

}  // namespace

Result<ChangeEvent> decode_changes(std::string_view event, const ChangeOptions& options) {
    std::vector<Read> reads;
    const auto sender = with_json(event, [&](Document document) -> Result<ChangeSender> {
        element root;
        if (document.get(root)) return fail(Errc::bad_input, "the event is not JSON");
        return read_event(root, options, reads);
    });
    if (!sender) return fail(sender.error());
    ChangeEvent changes{.sender = *sender, .records = {}};
    for (Read& read : reads) {
        if (read.message.is_known) {
            const bool by_queue = *sender == ChangeSender::queue;
            note(add_objects_of_text(read.message.text, options.object_prefix, by_queue,
                                     read.record.objects),
                 read.record);
        }
        changes.records.push_back(std::move(read.record));
    }
    return changes;
}

std::string batch_item_failures(const ChangeEvent& event, std::span<const std::size_t> failed) {
    if (event.sender == ChangeSender::dynamodb_stream && !failed.empty()) failed = failed.first(1);
    std::string json = R"({"batchItemFailures":[)";
    for (const std::size_t at : failed) {
        if (!json.ends_with('[')) json += ',';
        json += R"({"itemIdentifier":)";
        append_json_string(json, event.records[at].id);
        json += '}';
    }
    return json + "]}";
}

}  // namespace aside::wire
