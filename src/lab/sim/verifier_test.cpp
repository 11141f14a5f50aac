// A judge must be able to condemn: each wrong answer once, and what no client can know, pardoned.
#include "lab/sim/verifier.h"

#include <gtest/gtest.h>

namespace aside::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Court {
    Truth truth;
    OriginModel origin{4};
    Verifier verifier{truth, origin, "aside:"};
    const std::string data = "aside:o:obj-0";
    const RemoteKey key{ValueKind::object, "obj-0"};
    const SteadyTime start{seconds(10)};

    void hold(SteadyTime since) {
        const StoredValue value{.bytes = "x"};
        truth.holds(data, &value, since);
    }
    void answer(RemoteAnswer answer) {
        const auto asked = verifier.asked(0, key, start + milliseconds(50), start);
        verifier.answered(asked, answer, start + milliseconds(1));
    }
    std::string problem() const {
        return verifier.problems().empty() ? "" : verifier.problems()[0].substr(0, 10);
    }
};

TEST(Verifier, KnowsAFalseMissFromAnHonestOne) {
    struct Row {
        void (*before)(Court&);
        std::string_view problem;
    };
    const Row rows[] = {
        {[](Court&) {}, ""},
        {[](Court& c) { c.hold(c.start - seconds(1)); }, "false miss"},
        {[](Court& c) { c.hold(c.start + Duration(1)); }, ""},
        {[](Court& c) {
             c.hold(c.start - seconds(2));
             c.truth.holds(c.data, nullptr, c.start - seconds(1));
         },
         ""},
        {[](Court& c) {
             const StoredValue value{.bytes = "x", .expires = c.start};
             c.truth.holds(c.data, &value, c.start - seconds(1));
         },
         ""},
        {[](Court& c) {
             c.hold(c.start - seconds(1));
             c.truth.stale_answer(c.data, c.start);
         },
         ""},
        {[](Court& c) {
             c.hold(c.start - seconds(1));
             c.truth.stale_answer(c.data, c.start - milliseconds(1));
         },
         "false miss"},
        {[](Court& c) {
             c.hold(c.start - seconds(1));
             c.truth.lied(c.data, c.start);
         },
         ""},
    };
    for (const Row& row : rows) {
        Court court;
        row.before(court);
        court.answer({.state = RemoteState::miss});
        EXPECT_EQ(court.problem(), row.problem) << &row - rows;
    }
    Court court;
    court.answer({.state = RemoteState::miss, .from_replica = true});
    EXPECT_EQ(court.problem(), "a replica'");
}

TEST(Verifier, KnowsTheBytesOfAnotherKeyAndOfAnotherTime) {
    const std::string mine = body_of("obj-0", 0);
    const std::string newer = body_of("obj-0", 1);
    const std::string other = body_of("obj-1", 0);
    std::string broken = mine;
    broken[broken.size() / 2] ^= 1;
    const std::pair<std::string, std::string> rows[] = {
        {mine, ""}, {newer, "bytes of t"}, {other, "wrong byte"}, {broken, "wrong byte"}};
    for (const auto& [body, problem] : rows) {
        Court court;
        court.answer({.state = RemoteState::hit, .body = body});
        EXPECT_EQ(court.problem(), problem);
    }
}

TEST(Verifier, DemandsWhatAConfirmedInvalidationPromised) {
    struct Row {
        bool replica;
        SteadyTime lost;
        std::string_view problem;
    };
    const Row rows[] = {{false, SteadyTime::min(), "stale: gen"},
                        {true, SteadyTime::min(), ""},
                        {false, SteadyTime{seconds(6)}, ""},
                        {false, SteadyTime{seconds(4)}, "stale: gen"}};
    for (const Row& row : rows) {
        Court court;
        const auto generation = court.origin.write(0, SteadyTime{seconds(5)});
        court.verifier.invalidated(0, court.key, generation, SteadyTime{seconds(5)});
        // The tombstone's loss is the key's.
        if (row.lost != SteadyTime::min())
            court.truth.lost("aside:t:{" + court.data + "}", row.lost);
        const std::string old = body_of("obj-0", 0);
        court.answer({.state = RemoteState::hit, .body = old, .from_replica = row.replica});
        EXPECT_EQ(court.problem(), row.problem);
    }
}

TEST(Verifier, CountsWhatComesLate) {
    Court court;
    const auto asked = court.verifier.asked(0, court.key, court.start, court.start);
    court.verifier.answered(asked, {}, court.start + milliseconds(21));
    EXPECT_EQ(court.problem(), "late: asid");
    EXPECT_EQ(court.verifier.tally.unknowns, 1U);
}

}  // namespace
}  // namespace aside::lab
