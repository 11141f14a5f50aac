#include "origin/dynamodb/write_queue.h"

#include <gtest/gtest.h>

namespace aside::origin {
namespace {

using Caller = std::shared_ptr<Pending<void>>;

Caller add(WriteQueue& queue, std::string id, std::optional<std::string> key) {
    auto caller = std::make_shared<Pending<void>>();
    std::optional<std::vector<Reference>> references;
    if (key) references = {{*key, ""}};
    queue.add({std::move(id), std::move(references), {caller}});
    return caller;
}

// "a=1 b-": what is to be put and removed.
std::string shown(const std::vector<ItemWrite>& writes) {
    std::string text;
    for (const ItemWrite& write : writes) {
        if (!text.empty()) text += ' ';
        text += write.id;
        text += write.references ? "=" + write.references->front().key : "-";
    }
    return text;
}

TEST(WriteQueue, TakesItemsInTheirOrder) {
    WriteQueue queue;
    add(queue, "z", "1");
    add(queue, "a", std::nullopt);
    add(queue, "m", "2");
    EXPECT_EQ(shown(queue.begin(2)), "z=1 a-");
    EXPECT_EQ(shown(queue.begin(2)), "m=2");
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(shown(queue.begin(2)), "");
}

TEST(WriteQueue, OfOneItemTheLastIsMadeAndAnswersForAll) {
    WriteQueue queue;
    const Caller first = add(queue, "a", "1");
    const Caller second = add(queue, "a", std::nullopt);
    add(queue, "b", "2");
    const Caller third = add(queue, "a", "3");
    auto begun = queue.begin(9);
    EXPECT_EQ(shown(begun), "a=3 b=2");
    begun.front().end({});
    EXPECT_TRUE(first->over() && second->over() && third->over());
}

TEST(WriteQueue, WhatIsUnderWayIsNotOvertaken) {
    WriteQueue queue;
    const Caller first = add(queue, "a", "1");
    auto begun = queue.begin(9);
    const Caller second = add(queue, "a", "2");
    add(queue, "b", "3");
    EXPECT_EQ(shown(queue.begin(9)), "b=3") << "others pass it by";
    begun.front().end({});
    EXPECT_TRUE(first->over());
    EXPECT_FALSE(second->over());
    queue.ended("a");
    EXPECT_FALSE(queue.empty());
    EXPECT_EQ(shown(queue.begin(9)), "a=2");
}

}  // namespace
}  // namespace aside::origin
