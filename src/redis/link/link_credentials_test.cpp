// Passwords that are wrong, rotated, slow or end.
#include "redis/link/scripted_server_fixture.h"

namespace aside::redis {
namespace {

// A server that knows one password.
struct CredentialsBed : LinkBed {
    explicit CredentialsBed(std::uint64_t seed = 1) : LinkBed(seed) {
        environment.passwords = &passwords;
        server.answer = [this](ServerSession&, const ScriptedServer::Words& words) -> std::string {
            if (words[0] == "HELLO" && (words.size() < 5 || words[4] != valid)) return kWrong;
            if (words[0] == "AUTH") {
                ++renewals;
                if (words[2] != valid) return kWrong;
            }
            return ScriptedServer::usual(words);
        };
    }
    static constexpr const char* kWrong = "-WRONGPASS invalid username-password pair\r\n";
    std::string valid = "old";
    int renewals = 0;
};

TEST(LinkCredentials, AreAskedAtEachDial) {
    CredentialsBed bed;
    bed.open_up();
    EXPECT_EQ(bed.passwords.asked, 1);
    bed.valid = "new";
    bed.passwords.present->password = "new";
    bed.world.network().reset_all();
    EXPECT_TRUE(bed.world.run_until([&] { return bed.owner.ups == 2; }, 2s));
    EXPECT_EQ(bed.passwords.asked, 2);
}

TEST(LinkCredentials, RotatedJustNowAreAskedOnceMoreAtOnce) {
    CredentialsBed bed;
    bed.valid = "new";
    bed.passwords.when_asked = [&] {
        if (bed.passwords.asked == 2) bed.passwords.present->password = "new";
    };
    bed.open();
    bed.world.run_for(5ms);
    EXPECT_TRUE(bed.link->up());
    EXPECT_EQ(bed.passwords.asked, 2);
    EXPECT_EQ(bed.owner.downs[0].code, Errc::denied);
    EXPECT_EQ(bed.owner.downs[0].detail.find("old"), std::string::npos);
}

TEST(LinkCredentials, ThatStayWrongAreTriedSlowly) {
    CredentialsBed bed;
    bed.valid = "other";
    bed.open();
    bed.world.run_for(60s);
    EXPECT_EQ(bed.passwords.asked, static_cast<int>(bed.server.sessions.size()));
    EXPECT_LE(bed.server.sessions.size(), 30U);
    EXPECT_GE(bed.server.sessions.size(), 6U);
    for (std::size_t i = 2; i < bed.owner.down_at.size(); ++i)
        EXPECT_GE(bed.owner.down_at[i] - bed.owner.down_at[i - 1], 1s);
}

TEST(LinkCredentials, MissingIsDeniedWithoutASecondTryAtOnce) {
    CredentialsBed bed;
    bed.environment.passwords = nullptr;
    bed.server.answer = [](ServerSession&, const ScriptedServer::Words&) -> std::string {
        return "-NOAUTH HELLO must be called with the client already authenticated\r\n";
    };
    bed.open();
    bed.world.run_for(900ms);
    ASSERT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_EQ(bed.owner.downs[0].code, Errc::denied);
}

TEST(LinkCredentials, SourceThatFailsOrHangsFailsTheDial) {
    CredentialsBed bed;
    bed.passwords.present = fail(Errc::not_found, "no such file");
    bed.open();
    bed.world.run_for(50ms);
    ASSERT_GE(bed.owner.downs.size(), 1U);
    EXPECT_EQ(bed.owner.downs[0].code, Errc::not_found);
    EXPECT_EQ(bed.server.sessions.size(), 0U);

    CredentialsBed hanging;
    hanging.passwords.takes = 100s;
    hanging.open();
    hanging.world.run_for(1100ms);
    ASSERT_EQ(hanging.owner.downs.size(), 1U);
    EXPECT_EQ(hanging.owner.downs[0].code, Errc::timed_out);
}

TEST(LinkCredentials, AreRenewedBeforeTheyEnd) {
    CredentialsBed bed;
    bed.passwords.when_asked = [&] { bed.passwords.present->renew_by = bed.world.now() + 50s; };
    bed.open_up();
    for (int i = 0; i < 600; ++i) {
        bed.get("k");
        bed.world.run_for(1s);
    }
    EXPECT_EQ(bed.owner.ups, 1);
    EXPECT_EQ(bed.owner.downs.size(), 0U);
    EXPECT_GE(bed.renewals, 11);
    EXPECT_LE(bed.renewals, 15);
    for (const auto& request : bed.requests) EXPECT_EQ(request.reply, "$value of k");
}

TEST(LinkCredentials, RenewalsOfManySessionsAreSpread) {
    std::vector<SteadyTime> at;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CredentialsBed bed(seed);
        bed.passwords.present->renew_by = bed.world.now() + 100s;
        bed.open_up();
        EXPECT_TRUE(bed.world.run_until([&] { return bed.renewals > 0; }, 101s));
        at.push_back(bed.world.now());
    }
    EXPECT_GE(std::ranges::min(at), SteadyTime(84s));
    EXPECT_GT(std::ranges::max(at) - std::ranges::min(at), 7s);
}

TEST(LinkCredentials, ARenewalThatIsRefusedKeepsTheSessionAndIsTriedAgain) {
    CredentialsBed bed;
    bed.passwords.present->renew_by = bed.world.now() + 10s;
    bed.open_up();
    bed.valid = "new";
    bed.world.run_for(15s);
    EXPECT_GE(bed.renewals, 4);
    EXPECT_LE(bed.renewals, 10);
    EXPECT_TRUE(bed.link->up());
    bed.passwords.present = Credentials{.user = "", .password = "new", .renew_by = kNever};
    bed.world.run_for(2s);
    const int renewals = bed.renewals;
    bed.world.run_for(20s);
    EXPECT_EQ(bed.renewals, renewals);
    EXPECT_EQ(bed.owner.ups, 1);
}

}  // namespace
}  // namespace aside::redis
