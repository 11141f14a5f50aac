#include "redis/link/node_door.h"

#include <gtest/gtest.h>

namespace aside::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Part = NodeDoor::Part;

SteadyTime at(std::int64_t ms) {
    return SteadyTime(seconds(1000) + milliseconds(ms));
}

TEST(NodeDoor, ExtraConnectionsNeverKeepOutThoseThatAreNeeded) {
    NodeDoor door({.connections = 5, .essential = 4});
    EXPECT_TRUE(door.enter(Part::extra));
    EXPECT_FALSE(door.enter(Part::extra));
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(door.enter(Part::essential)) << i;
    EXPECT_FALSE(door.enter(Part::essential));
    door.leave(Part::extra);
    EXPECT_TRUE(door.enter(Part::essential));  // one that is closing stands beside its successor
    EXPECT_FALSE(door.enter(Part::extra));
    door.leave(Part::essential);
    EXPECT_TRUE(door.enter(Part::extra));
}

TEST(NodeDoor, WithoutRoomThereAreNoExtras) {
    NodeDoor door({.connections = 4, .essential = 4});
    EXPECT_FALSE(door.has_room(Part::extra));
    EXPECT_FALSE(door.enter(Part::extra));
    EXPECT_TRUE(door.enter(Part::essential));
}

TEST(NodeDoor, AReplacementTakesThePartOfWhatItReplaces) {
    const auto door =
        std::make_shared<NodeDoor>(NodeDoor::Limits{.connections = 3, .essential = 2});
    const auto take = [&](Part part) {
        EXPECT_TRUE(door->enter(part));
        return DoorPlace(door, part);
    };
    DoorPlace old = take(Part::essential);
    DoorPlace fresh = take(Part::extra);
    fresh.take_over(old);
    EXPECT_FALSE(door->has_room(Part::extra));
    old.reset();
    EXPECT_TRUE(door->has_room(Part::extra));
    // What it replaces may be gone already.
    DoorPlace next = take(Part::extra);
    fresh.reset();
    next.take_over(fresh);
    EXPECT_TRUE(door->has_room(Part::extra));
    DoorPlace others[] = {take(Part::extra), take(Part::essential)};
    EXPECT_FALSE(door->has_room(Part::essential));
}

TEST(NodeDoor, AFullServerIsDialledOnceASecondUntilItTakesSomebody) {
    NodeDoor door({});
    for (int i = 0; i < 5; ++i) EXPECT_EQ(door.turn(at(0)), at(0));
    door.full(at(1));
    EXPECT_EQ(door.turn(at(1)), at(1000));
    EXPECT_EQ(door.turn(at(999)), at(1000));
    EXPECT_EQ(door.turn(at(1000)), at(1000));
    EXPECT_EQ(door.turn(at(1000)), at(2000));
    door.full(at(1001));
    EXPECT_EQ(door.turn(at(1500)), at(2000));
    // One came in: the next may try soon, and sooner each time.
    EXPECT_EQ(door.turn(at(2000)), at(2000));
    door.reached(at(2001));
    EXPECT_EQ(door.turn(at(2001)), at(2500));
    EXPECT_EQ(door.turn(at(2500)), at(2500));
    door.full(at(2501));
    EXPECT_EQ(door.turn(at(2501)), at(3500));
    for (int i = 0; i < 4; ++i) door.reached(at(2600));
    EXPECT_EQ(door.turn(at(2600)), at(2600));
    EXPECT_EQ(door.turn(at(2600)), at(2600));
}

TEST(NodeDoor, ThoseThatWaitAreToldOnceASecond) {
    NodeDoor door({});
    EXPECT_FALSE(door.reached(at(0)));
    door.wait_begins();
    EXPECT_TRUE(door.reached(at(1)));
    EXPECT_FALSE(door.reached(at(900)));
    EXPECT_TRUE(door.reached(at(1100)));
    door.wait_ends();
    EXPECT_FALSE(door.reached(at(3000)));
}

TEST(NodeDoor, AConnectionIsBrokenOffForAMismatchOnceASecond) {
    NodeDoor door({});
    EXPECT_TRUE(door.may_break_off(at(0)));
    EXPECT_FALSE(door.may_break_off(at(999)));
    EXPECT_TRUE(door.may_break_off(at(1000)));
}

TEST(NodeDoor, ANodeThatIsDownIsSoughtTwentyTimesASecond) {
    NodeDoor door({});
    EXPECT_TRUE(door.may_seek(at(0)));
    EXPECT_FALSE(door.may_seek(at(49)));
    EXPECT_TRUE(door.may_seek(at(50)));
}

TEST(NodeDoors, LinksToOneAddressShareADoorWhileThereAreAny) {
    NodeDoors doors({.connections = 1, .essential = 1});
    auto first = doors.at({"a", 1});
    EXPECT_EQ(first, doors.at({"a", 1}));
    EXPECT_NE(first, doors.at({"a", 2}));
    EXPECT_TRUE(first->enter(Part::essential));
    first.reset();
    EXPECT_TRUE(doors.at({"a", 1})->has_room(Part::essential));
}

}  // namespace
}  // namespace aside::redis
