#include "redis/read_plan.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "redis/read_plan_fixture.h"

namespace aside::redis {
namespace {

struct Line {
    const char* words;
    const char* answer;
};
struct Case {
    const char* name;
    std::vector<Line> lines;
    bool zones = false;
};

void PrintTo(const Case& row, std::ostream* out) {  // NOLINT(readability-identifier-naming)
    *out << row.name;
}

class ReadPlanTable : public testing::TestWithParam<Case> {};

TEST_P(ReadPlanTable, SaysWhatItMust) {
    PlannedRead read(GetParam().zones);
    for (const Line& line : GetParam().lines) {
        EXPECT_EQ(read(line.words), line.answer) << "after \"" << line.words << '"';
    }
}

std::string name_of_case(const testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

const Case kAnswers[] = {
    {"AHitOfThePrimary", {{"start", "ask0 P"}, {"val 0", "hit"}}},
    {"AMissOfThePrimary", {{"start", "ask0 P"}, {"nil 0", "miss"}}},
    {"AnUnservedSlotIsUnknown", {{"unserved", "-"}, {"start", "unknown no_route"}}},
    {"ADoubtfulNilAsksTheCopies",
     {{"start", "ask0 P"},
      {"doubtful-nil 0", "ask0 R"},
      {"nil 0", "ask0 S"},
      {"nil 0", "unknown untrusted_nil"}}},
    {"ANilOfAReplicaNeverCounts",
     {{"down P", "-"},
      {"start", "ask0 R"},
      {"nil 0", "ask0 S"},
      {"nil 0", "unknown not_connected"}}},
    {"AHitOfAReplicaCounts", {{"down P", "-"}, {"start", "ask0 R"}, {"val 0", "hit"}}},
    {"ANilOfWhoWasPrimaryWhenAskedDoesNotCount",
     {{"start", "ask0 P"}, {"map X", "-"}, {"nil 0", "ask0 X"}, {"nil 0", "miss"}}},
    {"BytesThatDoNotVerifyAskTheCopies",
     {{"start", "ask0 P"}, {"bad 0", "ask0 R"}, {"val 0", "hit"}}},
    {"BytesThatDoNotVerifyAreNeverAMiss",
     {{"alone", "-"}, {"start", "ask0 P"}, {"bad 0", "unknown mismatch"}}},
};
INSTANTIATE_TEST_SUITE_P(Answers, ReadPlanTable, testing::ValuesIn(kAnswers), name_of_case);

const Case kErrors[] = {
    {"MovedIsFollowedAtOnce", {{"start", "ask0 P"}, {"moved 0 X", "ask0 X"}, {"val 0", "hit"}}},
    {"ANilByMovedIsAMiss", {{"start", "ask0 P"}, {"moved 0 X", "ask0 X"}, {"nil 0", "miss"}}},
    {"ADoubtfulNilByMovedIsNot",
     {{"alone", "-"},
      {"start", "ask0 P"},
      {"moved 0 X", "ask0 X"},
      {"doubtful-nil 0", "unknown untrusted_nil"}}},
    {"RedirectsInACircleEnd",
     {{"start", "ask0 P"},
      {"moved 0 X", "ask0 X"},
      {"moved 0 P", "ask0 P"},
      {"moved 0 X", "ask0 X"},
      {"moved 0 P", "ask0 P"},
      {"moved 0 X", "ask0 X"},
      {"moved 0 P", "unknown redirected"}}},
    {"MovedToItselfIsAskedAfreshOnce",
     {{"start", "ask0 P"}, {"moved 0 P", "afresh0 P"}, {"nil 0", "miss"}}},
    {"MovedToItselfTwiceIsNot",
     {{"alone", "-"},
      {"start", "ask0 P"},
      {"moved 0 P", "afresh0 P"},
      {"moved 0 P", "unknown redirected"}}},
    {"MovedToItselfWithoutANewConnection",
     {{"start", "ask0 P"},
      {"moved 0 P", "afresh0 P"},
      {"refused 0", "ask0 R"},
      {"nil 0", "ask0 S"},
      {"nil 0", "unknown redirected"}}},
    {"MovedToNobodyAsksTheCopies",
     {{"start", "ask0 P"},
      {"moved 0 ?", "ask0 R"},
      {"nil 0", "ask0 S"},
      {"nil 0", "unknown redirected"}}},
    {"MovedToWhoIsDown",
     {{"alone", "-"},
      {"down X", "-"},
      {"start", "ask0 P"},
      {"moved 0 X", "unknown not_connected"}}},
    {"MovedToWhoIsBeingDialled",
     {{"connecting X", "-"}, {"start", "ask0 P"}, {"moved 0 X", "ask0 X"}, {"val 0", "hit"}}},
    {"AskIsFollowedWithAsking",
     {{"start", "ask0 P"}, {"ask 0 X", "ask0 X asking"}, {"nil 0", "miss"}}},
    {"AskingRefusedIsUnknown",
     {{"alone", "-"},
      {"start", "ask0 P"},
      {"ask 0 X", "ask0 X asking"},
      {"err 0 ERR This instance has cluster support disabled", "unknown error_reply"}}},
    {"MovedAfterAskIsAskedWithoutAsking",
     {{"start", "ask0 P"}, {"ask 0 X", "ask0 X asking"}, {"moved 0 Y", "ask0 Y"}}},
    {"TryAgain", {{"start", "ask0 P"}, {"err 0 TRYAGAIN Multiple keys request", "unknown busy"}}},
    {"ClusterDownAsksWhoeverTheMapNamesNow",
     {{"start", "ask0 P"},
      {"map X", "-"},
      {"err 0 CLUSTERDOWN The cluster is down", "ask0 X"},
      {"val 0", "hit"}}},
    {"ClusterDownAsksTheCopiesThenIsUnknown",
     {{"start", "ask0 P"},
      {"err 0 CLUSTERDOWN The cluster is down", "ask0 R"},
      {"err 0 CLUSTERDOWN The cluster is down", "ask0 S"},
      {"err 0 CLUSTERDOWN The cluster is down", "unknown cluster_down"}}},
    {"ClusterDownForReadsToo",
     {{"start", "ask0 P"},
      {"err 0 CLUSTERDOWN The cluster is down and only accepts read commands", "ask0 R"},
      {"val 0", "hit"}}},
    {"SlotNotServed",
     {{"start", "ask0 P"},
      {"err 0 CLUSTERDOWN Hash slot not served", "ask0 R"},
      {"err 0 CLUSTERDOWN Hash slot not served", "ask0 S"},
      {"nil 0", "unknown cluster_down"}}},
    {"SlotNotServedByOneButHeldByAnother",
     {{"start", "ask0 P"}, {"err 0 CLUSTERDOWN Hash slot not served", "ask0 R"}, {"val 0", "hit"}}},
    {"LoadingOfThePrimaryAsksAReplica",
     {{"start", "ask0 P"},
      {"err 0 LOADING Redis is loading the dataset in memory", "ask0 R"},
      {"nil 0", "ask0 S"},
      {"nil 0", "unknown loading"}}},
    {"LoadingOfAReplicaAsksThePrimary",
     {{"near R", "-"},
      {"start", "ask0 R"},
      {"err 0 LOADING Redis is loading the dataset in memory", "ask0 P"},
      {"nil 0", "miss"}},
     true},
    {"MasterDownAsksThePrimary",
     {{"near R", "-"},
      {"start", "ask0 R"},
      {"err 0 MASTERDOWN Link with MASTER is down", "ask0 P"},
      {"val 0", "hit"}},
     true},
    {"ReadOnlyAsksWhoeverTheMapNamesNow",
     {{"start", "ask0 P"},
      {"map R", "-"},
      {"err 0 READONLY You can't write against a read only replica.", "ask0 R"},
      {"nil 0", "miss"}}},
    {"Busy",
     {{"alone", "-"},
      {"start", "ask0 P"},
      {"err 0 BUSY Redis is busy running a script.", "unknown busy"}}},
    {"NoAuth", {{"start", "ask0 P"}, {"err 0 NOAUTH Authentication required.", "unknown denied"}}},
    {"WrongPass", {{"start", "ask0 P"}, {"err 0 WRONGPASS invalid username", "unknown denied"}}},
    {"NoPerm", {{"start", "ask0 P"}, {"err 0 NOPERM this user has no", "unknown denied"}}},
    {"OutOfMemory", {{"start", "ask0 P"}, {"err 0 OOM command not", "unknown error_reply"}}},
    {"Misconf", {{"start", "ask0 P"}, {"err 0 MISCONF Redis is", "unknown error_reply"}}},
    {"NoReplicas", {{"start", "ask0 P"}, {"err 0 NOREPLICAS Not enough", "unknown error_reply"}}},
    {"NoScript", {{"start", "ask0 P"}, {"err 0 NOSCRIPT No matching", "unknown error_reply"}}},
    {"CrossSlot", {{"start", "ask0 P"}, {"err 0 CROSSSLOT Keys in", "unknown error_reply"}}},
    {"ExecAbort", {{"start", "ask0 P"}, {"err 0 EXECABORT Transaction", "unknown error_reply"}}},
    {"WrongType", {{"start", "ask0 P"}, {"err 0 WRONGTYPE Operation", "unknown error_reply"}}},
    {"MaxClients",
     {{"alone", "-"},
      {"start", "ask0 P"},
      {"err 0 ERR max number of clients reached", "unknown not_connected"}}},
    {"NeverHeardOf", {{"start", "ask0 P"}, {"err 0 EKITCHEN no tea", "unknown error_reply"}}},
};
INSTANTIATE_TEST_SUITE_P(Errors, ReadPlanTable, testing::ValuesIn(kErrors), name_of_case);

const Case kTransport[] = {
    // T1, T3: nobody answers the dial
    {"RefusedAsksTheNextAtOnce", {{"down P", "-"}, {"start", "ask0 R"}, {"val 0", "hit"}}},
    {"RefusedByAllIsUnknown",
     {{"down P", "-"}, {"down R", "-"}, {"down S", "-"}, {"start", "unknown not_connected"}}},
    {"TheFirstDialIsWaitedFor",
     {{"connecting P", "-"},
      {"connecting R", "-"},
      {"start", "ask0 P"},
      {"ready P", "-"},
      {"nil 0", "miss"}}},
    {"TheFirstDialFails",
     {{"connecting P", "-"},
      {"alone", "-"},
      {"start", "ask0 P"},
      {"down P", "-"},
      {"refused 0", "unknown not_connected"}}},
    {"WhoIsBeingDialledIsWaitedForAndNobodyElseIsDialled",
     {{"connecting P", "-"},
      {"connecting R", "-"},
      {"start", "ask0 P"},
      {"hedge", "wait"},
      {"late", "ask1 R"}}},
    {"WhoIsDialledAgainIsWaitedForWhenNoOtherCopyCanBeAsked",
     {{"reconnecting P", "-"}, {"start", "ask0 R"}}},
    {"ThePrimaryThatIsDialledAgainIsWaitedForFirst",
     {{"reconnecting P", "-"},
      {"reconnecting R", "-"},
      {"down S", "-"},
      {"start", "ask0 P"},
      {"ready P", "-"},
      {"nil 0", "miss"}}},
    {"LostAndDialledAgainIsAskedAgainOnce",
     {{"start", "ask0 P"},
      {"reconnecting P", "-"},
      {"reconnecting R", "-"},
      {"reconnecting S", "-"},
      {"lost 0", "ask0 P"},
      {"ready P", "-"},
      {"lost 0", "ask0 R"},
      {"val 0", "hit"}}},
    {"TheSecondAskWaitsForACopyThatIsDialledAgain",
     {{"reconnecting R", "-"},
      {"down S", "-"},
      {"start", "ask0 P"},
      {"hedge", "wait"},
      {"late", "ask1 R"},
      {"refused 1", "wait"},
      {"nil 0", "miss"}}},
    {"DialledAgainInVain",
     {{"reconnecting P", "-"},
      {"alone", "-"},
      {"start", "ask0 P"},
      {"down P", "-"},
      {"refused 0", "unknown not_connected"}}},
    {"NobodyIsSoughtWhileACopyIsThere", {{"sought P", "-"}, {"down P", "-"}, {"start", "ask0 R"}}},
    {"WhereNoCopyIsThereThePrimaryIsSought",
     {{"sought P", "-"},
      {"down P", "-"},
      {"down R", "-"},
      {"down S", "-"},
      {"start", "ask0 P"},
      {"refused 0", "unknown not_connected"}}},
    {"ThePrimaryIsSoughtWhenItsCopiesCameToNothing",
     {{"sought P", "-"},
      {"down P", "-"},
      {"down S", "-"},
      {"start", "ask0 R"},
      {"refused 0", "ask0 P"},
      {"nil 0", "miss"}}},
    {"ACopyOfAPrimaryThatIsNotIsNotSought",
     {{"sought R", "-"},
      {"down P", "-"},
      {"down R", "-"},
      {"down S", "-"},
      {"start", "unknown not_connected"}}},
    // T2: reset with requests under way
    {"LostIsRetriedOnAnotherConnection",
     {{"start", "ask0 P"}, {"lost 0", "ask0 P"}, {"nil 0", "miss"}}},
    {"LostTwiceGoesToTheCopies",
     {{"start", "ask0 P"}, {"lost 0", "ask0 P"}, {"lost 0", "ask0 R"}, {"val 0", "hit"}}},
    {"LostIsRetriedOnTheOwnerByTheMap",
     {{"start", "ask0 P"},
      {"down P", "-"},
      {"map R", "-"},
      {"lost 0", "ask0 R"},
      {"nil 0", "miss"}}},
    {"LostAndAskedAgainSaysWhatCameOfThat",
     {{"alone", "-"},
      {"start", "ask0 P"},
      {"lost 0", "ask0 P"},
      {"doubtful-nil 0", "unknown untrusted_nil"}}},
    {"LostTwiceIsTheReason",
     {{"alone", "-"},
      {"start", "ask0 P"},
      {"lost 0", "ask0 P"},
      {"lost 0", "unknown connection_lost"}}},
    {"LostWithoutCopiesIsUnknown",
     {{"alone", "-"}, {"start", "ask0 P"}, {"down P", "-"}, {"lost 0", "unknown connection_lost"}}},
    {"LostAfterAskIsRetriedWithAsking",
     {{"start", "ask0 P"}, {"ask 0 X", "ask0 X asking"}, {"lost 0", "ask0 X asking"}}},
    // T4, T5: silence
    {"ASuspectIsNotAsked", {{"suspect P", "-"}, {"start", "ask0 R"}, {"val 0", "hit"}}},
    {"ASuspectWithoutCopies", {{"suspect P", "-"}, {"alone", "-"}, {"start", "unknown suspect"}}},
    {"SilenceAsksACopyAndTheCopysNilWaits",
     {{"start", "ask0 P"}, {"late", "ask1 R"}, {"nil 1", "wait"}, {"over", "unknown timed_out"}}},
    {"SilenceAndACopysHit", {{"start", "ask0 P"}, {"late", "ask1 R"}, {"val 1", "hit"}}},
    {"TheLatePrimaryStillDecides",
     {{"start", "ask0 P"}, {"late", "ask1 R"}, {"nil 1", "wait"}, {"nil 0", "miss"}}},
    {"TheSecondAskDialsACopyForTheFirstTime",
     {{"connecting R", "-"},
      {"down S", "-"},
      {"start", "ask0 P"},
      {"hedge", "wait"},
      {"late", "ask1 R"},
      {"refused 1", "wait"},
      {"val 0", "hit"}}},
    // T6: slow
    {"AHedgeGoesToACopy", {{"start", "ask0 P"}, {"hedge", "ask1 R"}, {"val 0", "hit"}}},
    {"AHedgeNeedsACopy",
     {{"alone", "-"},
      {"start", "ask0 P"},
      {"hedge", "wait"},
      {"late", "wait"},
      {"over", "unknown timed_out"}}},
    {"ThereIsOneHedge", {{"start", "ask0 P"}, {"hedge", "ask1 R"}, {"late", "wait"}}},
    {"AnErrorOfTheFirstWaitsForTheSecond",
     {{"start", "ask0 P"},
      {"hedge", "ask1 R"},
      {"err 0 NOPERM this user", "wait"},
      {"val 1", "hit"}}},
    {"AnErrorOfTheFirstIsTheReason",
     {{"start", "ask0 P"},
      {"hedge", "ask1 R"},
      {"err 0 LOADING Redis", "wait"},
      {"nil 1", "ask1 S"},
      {"over", "unknown loading"}}},
    {"BothLanesFollowRedirects",
     {{"start", "ask0 P"},
      {"hedge", "ask1 R"},
      {"moved 1 X", "ask1 X"},
      {"lost 0", "wait"},
      {"nil 1", "miss"}}},
    {"BothAreLost",
     {{"start", "ask0 P"},
      {"hedge", "ask1 R"},
      {"down P", "-"},
      {"down R", "-"},
      {"down S", "-"},
      {"lost 0", "wait"},
      {"lost 1", "unknown connection_lost"}}},
    // T10: a bound of ours
    {"AFullQueueAsksTheNext", {{"full P", "-"}, {"start", "ask0 R"}, {"val 0", "hit"}}},
    {"FullQueuesAreUnknown", {{"full P", "-"}, {"alone", "-"}, {"start", "unknown queue_full"}}},
    {"FullAfterAll",
     {{"start", "ask0 P"},
      {"full-now 0", "ask0 R"},
      {"nil 0", "ask0 S"},
      {"nil 0", "unknown queue_full"}}},
    {"TimeIsUp", {{"start", "ask0 P"}, {"over", "unknown timed_out"}}},
};
INSTANTIATE_TEST_SUITE_P(Transport, ReadPlanTable, testing::ValuesIn(kTransport), name_of_case);

// After a time in which this process stood still.
const Case kUnproven[] = {
    {"WhoIsNotProvenIsAskedAllTheSame", {{"unproven P", "-"}, {"alone", "-"}, {"start", "ask0 P"}}},
    {"AProvenCopyIsAskedBeforeAPrimaryThatIsNot",
     {{"unproven P", "-"}, {"start", "ask0 R"}, {"val 0", "hit"}}},
    {"TheProvenCopysNilIsNoAnswer",
     {{"unproven P", "-"},
      {"unproven S", "-"},
      {"start", "ask0 R"},
      {"nil 0", "ask0 P"},
      {"ready P", "-"},
      {"nil 0", "miss"}}},
    {"OfThoseThatAreNotProvenThePrimaryIsFirst",
     {{"unproven P", "-"}, {"unproven R", "-"}, {"unproven S", "-"}, {"start", "ask0 P"}}},
    {"WhoIsNotProvenIsAskedBeforeWhoIsSlow",
     {{"slow P", "-"}, {"unproven R", "-"}, {"down S", "-"}, {"start", "ask0 R"}}},
    {"AHedgeWaitsForTheProof",
     {{"unproven P", "-"},
      {"unproven R", "-"},
      {"unproven S", "-"},
      {"start", "ask0 P"},
      {"hedge", "wait"},
      {"ready R", "-"},
      {"hedge", "ask1 R"}}},
    {"TheSecondAskDoesNot",
     {{"unproven P", "-"},
      {"unproven R", "-"},
      {"unproven S", "-"},
      {"start", "ask0 P"},
      {"late", "ask1 R"}}},
    {"WhatWasAskedOnADeadConnectionIsAskedAgainOnTheNewOne",
     {{"unproven P", "-"},
      {"unproven R", "-"},
      {"unproven S", "-"},
      {"start", "ask0 P"},
      {"ready P", "-"},
      {"lost 0", "ask0 P"},
      {"val 0", "hit"}}},
    {"BothAsksWereOnDeadConnections",
     {{"unproven P", "-"},
      {"unproven R", "-"},
      {"down S", "-"},
      {"start", "ask0 P"},
      {"late", "ask1 R"},
      {"ready P", "-"},
      {"lost 0", "wait"},
      {"ready R", "-"},
      {"lost 1", "ask1 P"},
      {"nil 1", "miss"}}},
    // The primary died meanwhile; the copy's connection did not prove itself in time.
    {"ACopysDeadConnectionIsRetriedAfterThePrimarys",
     {{"unproven P", "-"},
      {"unproven R", "-"},
      {"down S", "-"},
      {"start", "ask0 P"},
      {"reconnecting P", "-"},
      {"lost 0", "ask0 R"},
      {"down P", "-"},
      {"reconnecting R", "-"},
      {"lost 0", "ask0 R"},
      {"val 0", "hit"}}},
    {"ARedirectLeadsToOneThatIsNotProven",
     {{"unproven X", "-"}, {"start", "ask0 P"}, {"moved 0 X", "ask0 X"}, {"nil 0", "miss"}}},
};
INSTANTIATE_TEST_SUITE_P(Unproven, ReadPlanTable, testing::ValuesIn(kUnproven), name_of_case);

const Case kSlow[] = {
    {"ASlowPrimarysReplicaIsAskedFirst", {{"slow P", "-"}, {"start", "ask0 R"}, {"val 0", "hit"}}},
    {"AReplicasNilIsNoAnswerThoughThePrimaryIsSlow",
     {{"slow P", "-"}, {"start", "ask0 R"}, {"nil 0", "ask0 S"}, {"nil 0", "ask0 P"}}},
    {"ASlowPrimarysNilIsAMiss",
     {{"slow P", "-"}, {"alone", "-"}, {"start", "ask0 P"}, {"nil 0", "miss"}}},
    {"ALateReplicaAndNobodyLeftButTheSlow",
     {{"slow P", "-"},
      {"slow S", "-"},
      {"start", "ask0 R"},
      {"hedge", "wait"},
      {"late", "ask1 P"},
      {"nil 0", "wait"},
      {"val 1", "hit"}}},
    {"NoTimeLeftForTheSlow",
     {{"slow P", "-"},
      {"start", "ask0 R"},
      {"late", "ask1 S"},
      {"nil 1", "wait"},
      {"over", "unknown timed_out"}}},
    {"AllAreSlowThePrimaryFirst",
     {{"slow P", "-"}, {"slow R", "-"}, {"slow S", "-"}, {"start", "ask0 P"}, {"val 0", "hit"}}},
    {"TheSlowAreAskedBeforeNobody",
     {{"slow P", "-"}, {"down R", "-"}, {"down S", "-"}, {"start", "ask0 P"}, {"nil 0", "miss"}}},
    {"ADialIsNotWorthTheWait",
     {{"slow P", "-"}, {"connecting R", "-"}, {"start", "ask0 P"}, {"late", "ask1 R"}}},
    {"ARedirectToTheSlowIsFollowed",
     {{"slow X", "-"}, {"start", "ask0 P"}, {"moved 0 X", "ask0 X"}, {"nil 0", "miss"}}},
};
INSTANTIATE_TEST_SUITE_P(Slow, ReadPlanTable, testing::ValuesIn(kSlow), name_of_case);

const Case kZones[] = {
    {"TheNearPrimaryFirst",
     {{"near P", "-"}, {"near R", "-"}, {"start", "ask0 P"}, {"nil 0", "miss"}},
     true},
    {"ANearReplicaFirstAndThePrimaryForItsNil",
     {{"near S", "-"}, {"start", "ask0 S"}, {"nil 0", "ask0 P"}, {"nil 0", "miss"}},
     true},
    {"ANearReplicasHit", {{"near S", "-"}, {"start", "ask0 S"}, {"val 0", "hit"}}, true},
    {"ANearReplicaThatIsDownIsPassedOver",
     {{"near S", "-"}, {"down S", "-"}, {"start", "ask0 P"}},
     true},
    {"NobodyNear", {{"start", "ask0 P"}}, true},
    {"ThePrimarysReasonCounts",
     {{"near R", "-"},
      {"down P", "-"},
      {"start", "ask0 R"},
      {"nil 0", "ask0 S"},
      {"nil 0", "unknown not_connected"}},
     true},
};
INSTANTIATE_TEST_SUITE_P(Zones, ReadPlanTable, testing::ValuesIn(kZones), name_of_case);

// Whatever happens, in whatever order: no miss without a vouched-for nil of the primary or of who
// was redirected to, no hit without a value, and an end after a bounded number of asks.
TEST(ReadPlan, NoOrderOfEventsMakesAFalseMissOrGoesOnForEver) {
    const std::vector<std::string> events = {"nil",   "doubtful-nil", "bad",  "err",
                                             "moved", "ask",          "lost", "refused"};
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        Random random(seed);
        PlannedRead read;
        std::string answer = read("start");
        bool lane_busy[2] = {true, false};
        int steps = 0;
        while (answer.find("ask") == 0 || answer.find("afresh") == 0 || answer == "wait") {
            ASSERT_LT(++steps, 60) << seed;
            if (random.chance(1, 10)) {
                read(random.chance(1, 2) ? "map R" : "map P");
                continue;
            }
            if (!lane_busy[1] && random.chance(1, 5)) {
                answer = read("late");
                lane_busy[1] = answer.find("ask1") == 0;
                continue;
            }
            const std::size_t lane = lane_busy[0] && (!lane_busy[1] || random.chance(1, 2)) ? 0 : 1;
            std::string words = events[random.below(events.size())];
            const bool vouched_nil = words == "nil";
            const bool redirect = words == "moved" || words == "ask";
            words += " " + std::to_string(lane);
            if (redirect) words += std::string(" ") + "PRXY"[random.below(4)];
            if (words.find("err") == 0) words += " LOADING";
            answer = read(words);
            lane_busy[lane] = false;
            if (answer == "miss") EXPECT_TRUE(vouched_nil) << seed;
            EXPECT_NE(answer, "hit") << seed;
            if (answer.find("ask") == 0 || answer.find("afresh") == 0) {
                const std::size_t asked = answer.find("0 ") != std::string::npos ? 0 : 1;
                lane_busy[asked] = true;
            }
        }
        EXPECT_LE(read.plan.asks(), 10U) << seed;
    }
}

}  // namespace
}  // namespace aside::redis
