// Events of changes become names to forget.
#include "wire/lambda/change_event.h"

#include "wire/lambda/http_event_fixture.h"

namespace aside::wire {
namespace {

// "m1: item gb, object a@v7, error …; m2: …"
std::string told(std::string_view event, const ChangeOptions& options = {}) {
    const auto changes = decode_changes(event, options);
    if (!changes) return "error: " + changes.error().detail;
    if (changes->sender == ChangeSender::none) return "none";
    std::string text;
    for (const ChangeRecord& record : changes->records) {
        text += (text.empty() ? "" : "; ") + record.id + ":";
        for (const std::string& item : record.items) text += " item " + item;
        for (const ReferenceText& object : record.objects)
            text += " object " + object.key + (object.version.empty() ? "" : "@" + object.version);
        if (!record.error.empty()) text += " error " + record.error;
    }
    return text;
}

const ChangeOptions kOfDe{.object_prefix = "de/"};

std::string notification(std::string_view key, std::string_view event = "ObjectCreated:Put",
                         std::string_view more = {}) {
    return R"({"Records":[{"eventSource":"aws:s3","eventName":)" + json_string(event) +
           R"(,"s3":{"object":{"key":)" + json_string(key) + std::string(more) + "}}}]}";
}

std::string message(std::string_view id, std::string_view body) {
    return R"({"eventSource":"aws:sqs","messageId":)" + json_string(id) + R"(,"body":)" +
           json_string(body) + "}";
}

std::string record_of_keys(std::string_view keys, std::string_view number = "7") {
    return R"({"eventSource":"aws:dynamodb","dynamodb":{"SequenceNumber":)" + json_string(number) +
           R"(,"Keys":)" + std::string(keys) + "}}";
}

std::string records(const std::string& list) {
    return "{\"Records\":[" + list + "]}";
}

TEST(ChangeEvent, OfABucket) {
    EXPECT_EQ(told(recorded("change_event/bucket"), kOfDe),
              ": object a b+c/ü; : object old object old@v7");
    EXPECT_EQ(told(recorded("change_event/bucket")),
              ": object de/a b+c/ü; : object de/old object de/old@v7");
}

TEST(ChangeEvent, OfEventBridge) {
    const std::string deleted = recorded("change_event/event_bridge");
    EXPECT_EQ(told(deleted, kOfDe), ": object a b+c%41 object a b+c%41@v7");
    const auto of_type = [&](std::string_view type) {
        std::string event = deleted;
        constexpr std::string_view kType = "Object Deleted";
        return told(event.replace(event.find(kType), kType.size(), type), kOfDe);
    };
    EXPECT_EQ(of_type("Object Created"), ": object a b+c%41");
    EXPECT_EQ(of_type("Object Tags Added"), ":") << "its bytes are what they were";
}

TEST(ChangeEvent, OfATopic) {
    EXPECT_EQ(told(recorded("change_event/topic"), kOfDe), ": object a");
}

TEST(ChangeEvent, OfAQueue) {
    EXPECT_EQ(
        told(recorded("change_event/queue"), kOfDe),
        "m1: object a; m2: object b; m3: object c; m4:; m5: error a message that is not JSON");
}

TEST(ChangeEvent, OfADynamoDbStream) {
    EXPECT_EQ(told(recorded("change_event/dynamodb_stream")),
              "1405400000000002063282832: item gb; 1405400000000002063282833: item dé");
}

TEST(ChangeEvent, AVersionIsForgottenWhenItWasDeleted) {
    constexpr std::string_view kVersion = R"(,"versionId":"v7")";
    for (const char* event : {"ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated",
                              "LifecycleExpiration:Delete"}) {
        EXPECT_EQ(told(notification("k", event, kVersion)), ": object k object k@v7");
        EXPECT_EQ(told(notification("k", event)), ": object k");
    }
    for (const char* event : {"ObjectCreated:Put", "ObjectRestore:Completed", ""})
        EXPECT_EQ(told(notification("k", event, kVersion)), ": object k");
}

TEST(ChangeEvent, KeysAreDecodedAsS3EncodesThem) {
    for (const auto& [written, key] :
         {std::pair{"a+b%2Bc", "a b+c"}, {"%C3%BC/50%25", "ü/50%"}, {"%2f", "/"}, {"ü", "ü"}}) {
        EXPECT_EQ(told(notification(written)), ": object " + std::string(key));
    }
    for (const char* broken : {"%", "a%2", "%zz"}) {
        EXPECT_EQ(told(notification(broken)), ": error a key of S3 that is not encoded as S3 does");
    }
}

TEST(ChangeEvent, WhatAsideCannotHaveCachedIsPassedOver) {
    for (const char* key :
         {"en/a", "d", "de", "DE/a", "", "de/", "de%2F", "de/%00", "de/%ff", "de/%c3"})
        EXPECT_EQ(told(notification(key), kOfDe), ":") << key;
    EXPECT_EQ(told(notification("de/" + std::string(kMaxKeyBytes, 'a')), kOfDe),
              ": object " + std::string(kMaxKeyBytes, 'a'));
    EXPECT_EQ(told(notification("de/" + std::string(kMaxKeyBytes + 1, 'a')), kOfDe), ":");
    EXPECT_EQ(told(records(record_of_keys(R"({"id":{"S":"a\u0000"}})"))), "7:");
}

TEST(ChangeEvent, ARecordThatIsNotUnderstoodFailsAlone) {
    EXPECT_EQ(told(records(message("m1", notification("a")) + "," + message("m2", "{}") + "," +
                           message("m3", "[]") + "," + message("m4", notification("b")))),
              "m1: object a; m2: error a message that is no event of S3; "
              "m3: error a message that is no event of S3; m4: object b");
    EXPECT_EQ(told(records(R"({"eventSource":"aws:sqs","messageId":"m"})")),
              "m: error a message without a body");
    EXPECT_EQ(told(records(R"({"EventSource":"aws:sns","Sns":{}})")),
              ": error a message without a text");
    EXPECT_EQ(told(records(R"({"eventSource":"aws:s3","eventName":"ObjectCreated:Put"})")),
              ": error a record of S3 without an object's key");
    EXPECT_EQ(told(R"({"source":"aws.s3","detail-type":"Object Created","detail":{}})"),
              ": error an event of S3 without an object's key");
}

// What could be understood is forgotten at once, not only when it comes again.
TEST(ChangeEvent, WhatWasUnderstoodOfABrokenMessageIsTold) {
    const std::string good = notification("a");
    const std::string bad = good.substr(0, good.size() - 2) + R"(,{"eventSource":"aws:s3"}]})";
    EXPECT_EQ(told(records(message("m", bad))),
              "m: object a error a record of S3 without an object's key");
}

TEST(ChangeEvent, ATopicsMessageIsOpenedOnce) {
    const auto by_topic = [](const std::string& text) {
        return R"({"Type":"Notification","Message":)" + json_string(text) + "}";
    };
    EXPECT_EQ(told(records(message("m", by_topic(notification("a"))))), "m: object a");
    EXPECT_EQ(told(records(message("m", by_topic(by_topic(notification("a")))))),
              "m: error a message that is no event of S3");
    EXPECT_EQ(told(records(message("m", by_topic("x")))), "m: error a message that is not JSON");
}

TEST(ChangeEvent, TheKeyOfATableHasTheNameItIsTold) {
    const ChangeOptions options{.item_attribute = "pk"};
    EXPECT_EQ(told(records(record_of_keys(R"({"id":{"S":"no"},"pk":{"S":"gb"}})")), options),
              "7: item gb");
    for (const char* keys :
         {R"({"id":{"S":"gb"}})", R"({"pk":{"N":"1"}})", R"({"pk":"gb"})", "{}"}) {
        EXPECT_EQ(told(records(record_of_keys(keys)), options),
                  "7: error a record of DynamoDB whose keys have no string \"pk\"");
    }
    EXPECT_EQ(told(records(R"({"eventSource":"aws:dynamodb","dynamodb":{"SequenceNumber":"7"}})")),
              "7: error a record of DynamoDB without keys");
}

TEST(ChangeEvent, OthersEventsAreNotOfChanges) {
    for (const char* event :
         {"{}", "[]", "null", "1", R"({"Records":[]})", R"({"Records":{}})", R"({"Records":[1]})",
          R"({"Records":[{"eventSource":"aws:kinesis"}]})",
          R"({"source":"aws.events","detail-type":"Scheduled Event","detail":{}})"}) {
        EXPECT_EQ(told(event), "none") << event;
    }
    for (const char* name : {"http_api", "rest_api", "load_balancer"})
        EXPECT_EQ(told(recorded(std::string("http_event/") + name)), "none") << name;
}

TEST(ChangeEvent, ABrokenEventIsAnError) {
    EXPECT_EQ(told("x"), "error: the event is not JSON");
    EXPECT_EQ(told(records(message("m", "{}") + "," + record_of_keys("{}"))),
              "error: an event with records of several senders");
    EXPECT_EQ(told(records(R"({"eventSource":"aws:sqs","body":"{}"})")),
              "error: a record without an identifier");
    EXPECT_EQ(
        told(records(R"({"eventSource":"aws:dynamodb","dynamodb":{"Keys":{"id":{"S":"a"}}}})")),
        "error: a record without an identifier");
}

// Larger than the parser that texts share: the messages' texts outlive the event's document.
TEST(ChangeEvent, HoldsManyLargeMessages) {
    std::string list;
    std::string wanted;
    for (int at = 0; at < 20; ++at) {
        const std::string key = std::string(5000, 'k') + std::to_string(at);
        const std::string id = std::to_string(at);
        list += (at > 0 ? "," : "") + message(id, notification(key));
        wanted += (at > 0 ? "; " : "") + id + ": object " + key;
    }
    EXPECT_EQ(told(records(list)), wanted);
}

TEST(BatchItemFailures, NameWhatComesAgain) {
    ChangeEvent event{ChangeSender::queue, {{.id = "m1"}, {.id = "m\"2"}, {.id = "m3"}}};
    const std::size_t failed[] = {1, 2};
    EXPECT_EQ(batch_item_failures(event, {}), R"({"batchItemFailures":[]})");
    EXPECT_EQ(batch_item_failures(event, failed),
              R"({"batchItemFailures":[{"itemIdentifier":"m\"2"},{"itemIdentifier":"m3"}]})");
    event.sender = ChangeSender::dynamodb_stream;
    EXPECT_EQ(batch_item_failures(event, {}), R"({"batchItemFailures":[]})");
    EXPECT_EQ(batch_item_failures(event, failed),
              R"({"batchItemFailures":[{"itemIdentifier":"m\"2"}]})");
}

}  // namespace
}  // namespace aside::wire
