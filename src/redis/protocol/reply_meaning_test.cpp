#include "redis/protocol/reply_meaning.h"

#include <gtest/gtest.h>

namespace aside::redis {
namespace {

using enum ReplyError;

// As servers write them: Redis 7.0 to 8, Valkey 8 and 9.
TEST(ReplyMeaning, ServersTextsAreToldApart) {
    const struct {
        std::string_view text;
        ReplyError error;
    } rows[] = {
        {"MOVED 3999 127.0.0.1:6381", moved},
        {"ASK 3999 127.0.0.1:6381", ask},
        {"TRYAGAIN Multiple keys request during rehashing of slot", try_again},
        {"CLUSTERDOWN The cluster is down", cluster_down},
        {"CLUSTERDOWN The cluster is down and only accepts read commands", cluster_down_reads_only},
        {"CLUSTERDOWN Hash slot not served", cluster_down_unserved},
        {"CLUSTERDOWN", cluster_down},
        {"LOADING Redis is loading the dataset in memory", loading},
        {"LOADING Valkey is loading the dataset in memory", loading},
        {"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
         master_down},
        {"READONLY You can't write against a read only replica.", read_only},
        {"READONLY You can't write against a read only replica. script: 1a2b, on @user_script:1.",
         read_only},
        {"NOREPLICAS Not enough good replicas to write.", no_replicas},
        {"OOM command not allowed when used memory > 'maxmemory'.", out_of_memory},
        {"OOM command not allowed when used memory > 'maxmemory'. script: 1a2b, on @user_script:1.",
         out_of_memory},
        {"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist "
         "to disk.",
         misconf},
        {"MISCONF Valkey is configured to save RDB snapshots, but it's currently unable to "
         "persist to disk.",
         misconf},
        {"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
         busy},
        {"BUSY Valkey is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
         busy},
        {"BUSYGROUP Consumer Group name already exists", other},
        {"NOAUTH Authentication required.", no_auth},
        {"NOAUTH HELLO must be called with the client already authenticated", no_auth},
        {"WRONGPASS invalid username-password pair or user is disabled.", wrong_pass},
        {"ERR AUTH <password> called without any password configured for the default user. Are "
         "you sure your configuration is correct?",
         wrong_pass},
        {"NOPERM this user has no permissions to run the 'get' command", no_perm},
        {"NOPERM User aside has no permissions to run the 'cluster|slots' command", no_perm},
        {"NOPERM No permissions to access a key", no_perm},
        {"DENIED Redis is running in protected mode", no_perm},
        {"NOSCRIPT No matching script. Please use EVAL.", no_script},
        {"CROSSSLOT Keys in request don't hash to the same slot", cross_slot},
        {"WRONGTYPE Operation against a key holding the wrong kind of value", wrong_type},
        {"EXECABORT Transaction discarded because of previous errors.", exec_abort},
        {"ERR max number of clients reached", max_clients},
        {"ERR max number of clients + cluster connections reached", max_clients},
        {"ERR This instance has cluster support disabled", no_cluster},
        {"ERR unknown command 'GETT', with args beginning with: ", other},
        {"NOPROTO unsupported protocol version", other},
        {"MOVEDX", other},
        {"", other},
        {"ERR", other},
    };
    for (const auto& row : rows) EXPECT_EQ(classify(row.text), row.error) << row.text;
}

// What a command in a script is refused with, where the word in front is the script's.
TEST(ReplyMeaning, RefusalsInScriptsAreToldApart) {
    const struct {
        std::string_view text;
        ReplyError error;
    } rows[] = {
        {"ERR The user executing the script can't run this command or subcommand script: 1a2b, on "
         "@user_script:1.",
         no_perm},
        {"ERR ACL failure in script: User aside has no permissions to run the 'del' command",
         no_perm},
        {"ERR Script attempted to execute a write command while the cluster is down and readonly "
         "script: 1a2b, on @user_script:1.",
         cluster_down_reads_only},
        {"ERR Script attempted to execute a command while the cluster is down script: 1a2b, on "
         "@user_script:1.",
         cluster_down},
        {"ERR Can not execute a write command 'set' while the cluster is down and readonly script: "
         "on @user_script:1.",
         cluster_down_reads_only},
        {"ERR Can not execute a command 'get' while the cluster is down script: on "
         "@user_script:1.",
         cluster_down},
    };
    for (const auto& row : rows) EXPECT_EQ(classify(row.text), row.error) << row.text;
}

TEST(ReplyMeaning, EveryErrorHasItsRow) {
    for (int i = 0; i <= static_cast<int>(other); ++i) {
        const auto error = static_cast<ReplyError>(i);
        EXPECT_EQ(meaning_of(error).error, error);
        EXPECT_FALSE(name_of(error).empty());
    }
    EXPECT_EQ(name_of(cluster_down_unserved), "cluster_down_unserved");
}

// The rules whose breach costs users most.
TEST(ReplyMeaning, TemporaryTroubleNeverClosesAConnection) {
    for (const auto error : {moved, ask, try_again, cluster_down, cluster_down_reads_only,
                             cluster_down_unserved, loading, master_down, read_only, no_replicas,
                             out_of_memory, misconf, busy, no_perm, no_script}) {
        EXPECT_EQ(meaning_of(error).link, LinkStep::keep) << name_of(error);
    }
    EXPECT_EQ(meaning_of(no_auth).link, LinkStep::close);
    EXPECT_EQ(meaning_of(wrong_pass).link, LinkStep::close_renew);
    EXPECT_EQ(meaning_of(max_clients).link, LinkStep::close_long);
}

TEST(ReplyMeaning, TheMapIsRefreshedWhenItMayBeWrongAndOnlyThen) {
    for (int i = 0; i <= static_cast<int>(other); ++i) {
        const auto error = static_cast<ReplyError>(i);
        const bool wrong_map = error == moved || error == cluster_down ||
                               error == cluster_down_reads_only || error == cluster_down_unserved ||
                               error == read_only;
        EXPECT_EQ(meaning_of(error).refresh_map, wrong_map) << name_of(error);
    }
    EXPECT_EQ(meaning_of(read_only).node, NodeEffect::demoted);
}

TEST(ReplyMeaning, FillsPauseWhereTheyWouldBeRefused) {
    EXPECT_EQ(meaning_of(out_of_memory).fill, FillStep::drop_and_pause);
    EXPECT_EQ(meaning_of(loading).fill, FillStep::drop_and_pause);
    EXPECT_EQ(meaning_of(misconf).fill, FillStep::drop_and_pause);
    EXPECT_EQ(meaning_of(no_script).fill, FillStep::retry_as_eval);
    EXPECT_EQ(meaning_of(read_only).fill, FillStep::retry_once);
}

TEST(Redirects, NameANodeToDialOrNone) {
    const struct {
        std::string_view text, host;
        int slot;  // -1: none
        std::uint16_t port;
    } rows[] = {
        {"MOVED 3999 127.0.0.1:6381", "127.0.0.1", 3999, 6381},
        {"ASK 0 127.0.0.1:6381", "127.0.0.1", 0, 6381},
        {"MOVED 16383 ::1:6381", "::1", 16383, 6381},
        {"MOVED 1 2001:db8::2:7000", "2001:db8::2", 1, 7000},
        {"MOVED 1 node-2.cache.example.com:6379", "node-2.cache.example.com", 1, 6379},
        {"MOVED 1 :6379", "", 1, 6379},
        {"MOVED 1 ?:6379", "", -1, 0},
        {"MOVED 1 host:0", "", -1, 0},
        {"MOVED 1 host:65536", "", -1, 0},
        {"MOVED 1 host:", "", -1, 0},
        {"MOVED 1 host:+1", "", -1, 0},
        {"MOVED 1 host:-1", "", -1, 0},
        {"MOVED 1 host:12x", "", -1, 0},
        {"MOVED 1 host", "", -1, 0},
        {"MOVED 16384 host:1", "", -1, 0},
        {"MOVED -1 host:1", "", -1, 0},
        {"MOVED x host:1", "", -1, 0},
        {"MOVED  1 host:1", "", -1, 0},
        {"MOVED 1", "", -1, 0},
        {"MOVED", "", -1, 0},
        {"", "", -1, 0},
        {"ERR 1 host:1", "", -1, 0},
        {"MOVED 1 ho\x01st:1", "", -1, 0},
    };
    for (const auto& row : rows) {
        const auto redirect = parse_redirect(row.text);
        EXPECT_EQ(redirect.has_value(), row.slot >= 0) << row.text;
        if (!redirect || row.slot < 0) continue;
        EXPECT_EQ(redirect->slot, row.slot) << row.text;
        EXPECT_EQ(redirect->host, row.host) << row.text;
        EXPECT_EQ(redirect->port, row.port) << row.text;
    }
    EXPECT_FALSE(parse_redirect("MOVED 1 " + std::string(300, 'h') + ":1").has_value());
}

}  // namespace
}  // namespace aside::redis
