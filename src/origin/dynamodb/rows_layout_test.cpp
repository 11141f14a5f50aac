#include "origin/dynamodb/store_fixture.h"

namespace aside::origin {
namespace {

std::string row(unsigned position, const std::string& key) {
    return R"({"id":{"S":"a"},"n":{"N":")" + std::to_string(position) + R"("},"key":{"S":")" + key +
           R"("}})";
}
// `next`: the position of LastEvaluatedKey; nothing: the last page.
ScriptedReply page(const std::string& rows, std::optional<unsigned> next = {}) {
    std::string more;
    if (next) {
        more =
            R"(,"LastEvaluatedKey":{"id":{"S":"a"},"n":{"N":")" + std::to_string(*next) + R"("}})";
    }
    return reply(200, R"({"Items":[)" + rows + "]" + more + "}");
}

struct RowsLayoutTest : StoreTest {
    RowsLayoutTest() : StoreTest({.table = "items", .position = "n"}) {}

    void say(ScriptedReply said) { server.next.push_back(std::move(said)); }
    Result<void> put(std::vector<Reference> references) {
        return world.run(store->put(world.worker(0), "a", std::move(references)));
    }
    const std::string& body(std::size_t request) const { return server.requests[request].body; }
};

TEST_F(RowsLayoutTest, AnItemIsReadPageByPage) {
    say(page(row(0, "x") + "," + row(1, "y"), 1));
    say(page("", 2));
    say(page(row(2, "z")));
    const auto loaded = load("a");
    EXPECT_EQ(shown(loaded), "found x y z");
    EXPECT_EQ(operations(), std::vector<std::string>(3, "Query"));
    EXPECT_EQ(body(0).find("ExclusiveStartKey"), std::string::npos);
    EXPECT_NE(body(1).find(R"("ExclusiveStartKey":{"id":{"S":"a"},"n":{"N":"1"}})"),
              std::string::npos);
    EXPECT_NE(body(2).find(R"("ExclusiveStartKey":{"id":{"S":"a"},"n":{"N":"2"}})"),
              std::string::npos);

    say(page(row(0, "x") + "," + row(1, "y") + "," + row(2, "z")));
    EXPECT_EQ(shown(load("a", {.validator = loaded->validator})), "not modified");
}

TEST_F(RowsLayoutTest, NoRowsAreNoItem) {
    say(page("", 1));
    say(page(""));
    EXPECT_EQ(shown(load("a")), "absent");
}

TEST_F(RowsLayoutTest, AfterAnInvalidationEveryPageIsConsistent) {
    say(page(row(0, "x"), 0));
    say(page(row(1, "y")));
    EXPECT_EQ(shown(load("a", {.consistent = true})), "found x y");
    for (const auto& request : server.requests) {
        EXPECT_NE(request.body.find(R"("ConsistentRead":true)"), std::string::npos);
    }
    EXPECT_EQ(server.requests.size(), 2U);
}

TEST_F(RowsLayoutTest, LimitsAreOfAllPagesTogether) {
    for (const unsigned first : {0U, 3U}) {
        say(page(row(first, "x") + "," + row(first + 1, "y") + "," + row(first + 2, "z"),
                 first == 0 ? std::optional(2U) : std::nullopt));
    }
    EXPECT_EQ(shown(load("a")), "too_large") << "6 of at most 5";

    say(page(row(0, "12345"), 0));
    say(page(row(1, "6789")));
    EXPECT_EQ(shown(load("a", {.max_bytes = 8})), "too_large");

    std::vector<std::uint64_t> asked;
    const auto admit = [&](std::uint64_t bytes) {
        asked.push_back(bytes);
        return asked.size() == 1;
    };
    say(page(row(0, "x"), 0));
    say(page(row(1, "y")));
    const auto refused = load("a", {.admit = admit});
    EXPECT_EQ(shown(refused), "bytes_in_flight");
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_GT(asked[1], asked[0]);
    EXPECT_EQ(refused.error().amount, asked[1]);
}

TEST_F(RowsLayoutTest, ADeadlineIsOfAllPagesTogether) {
    server.answer = [](const ScriptedRequest&) {
        ScriptedReply said = page("", 1);
        said.after = 100ms;
        return said;
    };
    const SteadyTime began = world.now();
    EXPECT_EQ(shown(load("a", {.deadline = began + 1s})), "timed_out");
    EXPECT_EQ(world.now() - began, 1s);
}

TEST_F(RowsLayoutTest, APageThatFailsFailsTheLoad) {
    say(page(row(0, "x"), 0));
    say(refusal(400, "ThrottlingException"));
    EXPECT_EQ(shown(load("a")), "throttled");
    say(page(row(0, "x"), 0));
    say(page(R"({"id":{"S":"a"},"n":{"N":"1"},"key":{"N":"5"}})"));
    EXPECT_EQ(shown(load("a")), "corrupt");
}

TEST_F(RowsLayoutTest, APutWritesNewRowsAndThenDeletesTheRest) {
    say(page(row(0, "x") + "," + row(1, "y"), 1));
    say(page(row(2, "z") + R"(,{"id":{"S":"a"},"n":{"N":"0.5"},"key":{"BOOL":true}})" +
             R"(,{"id":{"S":"a"},"n":{"N":"1.0"}},{"id":{"S":"a"},"n":{"N":"-1"}})"));
    ASSERT_TRUE(put({{"new", ""}, {"newer", "7"}}));
    EXPECT_EQ(operations(), (std::vector<std::string>{"Query", "Query", "BatchWriteItem"}));
    EXPECT_NE(body(0).find(R"("ConsistentRead":true)"), std::string::npos);
    EXPECT_EQ(body(2),
              R"({"RequestItems":{"items":[)"
              R"({"PutRequest":{"Item":{"id":{"S":"a"},"n":{"N":"0"},"key":{"S":"new"}}}},)"
              R"({"PutRequest":{"Item":{"id":{"S":"a"},"n":{"N":"1"},"key":{"S":"newer"},)"
              R"("version":{"S":"7"}}}},)"
              R"({"DeleteRequest":{"Key":{"id":{"S":"a"},"n":{"N":"2"}}}},)"
              R"({"DeleteRequest":{"Key":{"id":{"S":"a"},"n":{"N":"0.5"}}}},)"
              R"({"DeleteRequest":{"Key":{"id":{"S":"a"},"n":{"N":"-1"}}}}]}})");
}

TEST_F(RowsLayoutTest, UnprocessedRowsComeBeforeTheNext) {
    say(page(""));
    const std::string left = R"({"PutRequest":{"Item":{"key":{"S":"k"},"n":{"N":"3"}}}})";
    say(reply(200, R"({"UnprocessedItems":{"items":[)" + left + "]}}"));
    ASSERT_TRUE(put(std::vector<Reference>(30, Reference{"k", ""})));
    ASSERT_EQ(server.requests.size(), 3U);
    EXPECT_TRUE(body(2).starts_with(R"({"RequestItems":{"items":[)" + left)) << body(2);
    EXPECT_EQ(ids_in(body(1)).size(), 25U);
    EXPECT_EQ(ids_in(body(2)).size(), 5U) << "and the one that was left";
}

TEST_F(RowsLayoutTest, ARemoveDeletesEveryRow) {
    say(page(row(0, "x") + "," + row(1, "y")));
    ASSERT_TRUE(world.run(store->remove(world.worker(0), "a")));
    EXPECT_EQ(body(1), R"({"RequestItems":{"items":[)"
                       R"({"DeleteRequest":{"Key":{"id":{"S":"a"},"n":{"N":"0"}}}},)"
                       R"({"DeleteRequest":{"Key":{"id":{"S":"a"},"n":{"N":"1"}}}}]}})");
    say(page(""));
    ASSERT_TRUE(world.run(store->remove(world.worker(0), "a")));
    EXPECT_EQ(server.requests.size(), 3U) << "what is not there needs no deleting";
}

TEST_F(RowsLayoutTest, APutThatCannotReadWritesNothing) {
    say(refusal(400, "AccessDeniedException"));
    EXPECT_EQ(put({{"x", ""}}).error().code, Errc::denied);
    EXPECT_EQ(server.requests.size(), 1U);
}

}  // namespace
}  // namespace aside::origin
