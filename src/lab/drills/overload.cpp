// Servers that are full, busy, or refuse us.
#include "lab/drills/all_drills.h"
#include "lab/drills/drill_steps.h"
#include "lab/drills/rotating_password.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

bool on_each_node(DrillContext& drill, const RedisCommand& command) {
    bool done = true;
    for (unsigned i = 0; i < drill.cluster().size(); ++i)
        done &= drill.cluster().command(i, command).has_value();
    return done;
}

void d37_out_of_memory(DrillContext& drill) {
    const unsigned full = begin_warm(drill, drill.client_options(false), {.objects = 4000});
    drill.start_load({.per_second = 1000});
    (void)drill.cluster().command(full, {"CONFIG", "SET", "maxmemory-policy", "noeviction"});
    (void)drill.cluster().command(full, {"CONFIG", "SET", "maxmemory", "1mb"});
    unsigned paused = 0, stored = 0;
    for (const std::string& key : keys_of(drill, full, 30)) {
        const FillState state = drill.client().fill_tier(key, 512);
        paused += state == FillState::paused;
        stored += state == FillState::stored;
    }
    drill.pause(1s);
    drill.fact("fills paused", paused);
    drill.expect(paused >= 25 && stored == 0, "fills of that shard are paused");
    drill.expect(drill.client().metrics().sum("aside_l2_alarms_total", "out_of_memory") > 0,
                 "the alarm is raised");
    drill.expect_no_loads("reads are served");
    (void)drill.cluster().command(full, {"CONFIG", "SET", "maxmemory", "0"});
    (void)drill.cluster().command(full, {"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
}

void d38_misconf(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    const std::string reply =
        "-MISCONF Redis is configured to save RDB snapshots, but it's unable to persist.\r\n";
    for (const char* const command : {"PING", "SET", "EVALSHA", "EVAL"})
        drill.proxies().add_rule(primary, {.command = command, .reply = reply, .times = kEachTime});
    drill.pause(1s);  // by now reads have a connection to every copy
    const auto accepted = drill.proxies().accepted(primary);
    drill.start_load({.per_second = 300});
    drill.pause(4s);
    drill.expect(drill.proxies().accepted(primary) == accepted, "no connection was given up");
    drill.expect_no_unknown("reads are untouched");
    drill.expect_no_loads("nothing was loaded that L2 held");
}

void d39_busy_script(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    (void)drill.cluster().command(primary, {"CONFIG", "SET", "busy-reply-threshold", "100"});
    drill.start_load({.per_second = 1000});
    drill.pause(1s);
    const auto connections = drill.proxies().accepted(primary);
    // Nobody waits for its reply.
    (void)drill.cluster().command(primary, {"EVAL", "while true do end", "0"}, 50ms);
    drill.pause(4s);
    (void)drill.cluster().command(primary, {"SCRIPT", "KILL"});
    drill.pause(2s);
    const auto opened = drill.proxies().accepted(primary) - connections;
    drill.fact("connections opened", static_cast<double>(opened));
    drill.expect(opened <= 3, "the number of connections is constant");
    drill.expect_no_loads("the replica serves");
    expect_all_hits(drill);
}

void d40_max_clients(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    drill.start_load({.per_second = 1000});
    drill.pause(500ms);
    drill.proxies().with(primary, [](FaultProxy& proxy) {
        proxy.faults().greeting = "-ERR max number of clients reached\r\n";
        proxy.close_sessions();
    });
    const auto accepted = drill.proxies().accepted(primary);
    drill.pause(6s);
    const auto dialled = drill.proxies().accepted(primary) - accepted;
    drill.fact("dials in 6 s", static_cast<double>(dialled));
    drill.expect(dialled <= 9, "about one dial a second for the process");
}

void d41_password_rotated(DrillContext& drill) {
    const auto passwords = std::make_shared<RotatingPassword>("lab-password");
    ClientOptions options = drill.client_options(false);
    options.passwords = passwords;
    begin_warm(drill, options);
    drill.start_load({.per_second = 1000});
    drill.pause(500ms);
    drill.expect(on_each_node(drill, {"ACL", "SETUSER", "aside", "resetpass", ">second"}),
                 "the password changes");
    (void)on_each_node(drill, {"CLIENT", "KILL", "USER", "aside"});
    drill.pause(1s);  // what is dialled now is refused
    drill.expect(drill.object_loads() > 0, "the origin serves meanwhile");
    passwords->set("second");
    const SteadyTime changed = drill.control().now();
    const double hits = drill.client().metrics().l2("hit");
    drill.await(2s, "reads are hits again within 2 s",
                [&] { return drill.client().metrics().l2("hit") > hits + 50; });
    drill.fact("recovered after ms", milliseconds(drill.control().now() - changed));
    drill.fact("passwords asked for", static_cast<double>(passwords->asked()));
    drill.fact("dials", drill.client().metrics().sum("aside_l2_dials_total"));
    drill.expect(static_cast<double>(passwords->asked()) <=
                     drill.client().metrics().sum("aside_l2_dials_total"),
                 "at most one password for each dial");
    (void)on_each_node(drill, {"ACL", "SETUSER", "aside", "resetpass", ">lab-password"});
}

void d42_sessions_renewed(DrillContext& drill) {
    const auto passwords = std::make_shared<RotatingPassword>("lab-password", 2s);
    ClientOptions options = drill.client_options(true);
    options.passwords = passwords;
    begin_warm(drill, options);
    drill.start_load({.per_second = 1000});
    const auto before = drill.proxies().commands_everywhere("AUTH");
    drill.pause(7s);
    const auto renewed = drill.proxies().commands_everywhere("AUTH") - before;
    drill.fact("AUTH in 7 s", static_cast<double>(renewed));
    drill.expect(renewed >= 6, "sessions are renewed before their time");
    drill.expect_no_unknown("no read was unknown");
}

void d43_no_permission(DrillContext& drill) {
    begin_warm(drill, drill.client_options(false));
    drill.start_load({.per_second = 500});
    drill.pause(500ms);
    drill.expect(on_each_node(drill, {"ACL", "SETUSER", "aside", "-get"}), "GET is forbidden");
    drill.pause(2s);
    const MetricsPage counted = drill.since_start();
    drill.expect(counted.sum("aside_unknown_total", "denied") > 0, "reads are unknown: denied");
    drill.expect(drill.object_loads() > 0, "the origin serves");
    (void)on_each_node(drill, {"ACL", "SETUSER", "aside", "+get", "-cluster|slots"});
    (void)on_each_node(drill, {"CLIENT", "KILL", "USER", "aside"});
    drill.pause(3s);
    drill.expect(drill.client().metrics().sum("aside_l2_alarms_total", "no_perm") > 0,
                 "the alarm names it");
    (void)on_each_node(drill, {"ACL", "SETUSER", "aside", "+cluster|slots"});
    drill.pause(2s);
    expect_all_hits(drill);
}

void d44_bandwidth_used_up(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    // Of what does not exist the absence is filled.
    drill.start_load({.per_second = 600, .absent_share = 0.1, .timed = objects_of(drill, primary)});
    drill.pause(1s);
    const MetricsPage before = drill.client().metrics();
    drill.expect(before.sum("aside_fills_total", "result=\"shed\"") == 0, "fills are taken");
    const auto connections = drill.proxies().accepted(primary);
    drill.load().next_phase();
    drill.proxies().with(primary,
                         [](FaultProxy& proxy) { proxy.faults().bytes_per_second = 20'000; });
    drill.await(1s, "fills are shed",
                [&] { return drill.client().tier().status_json().contains("\"strained\":true"); });
    const MetricsPage strained = drill.client().metrics() - before;
    drill.fact("reads sent elsewhere when fills began to be shed",
               strained.sum("aside_l2_reads_round_slow_total"));
    expect_pace(drill, primary, "slow", 1s);
    unsigned shed = 0;
    const std::vector<std::string> keys = keys_of(drill, primary, 30);
    for (const std::string& key : keys)
        shed += drill.client().fill_tier(key, 512) == FillState::shed;
    drill.fact("fills shed of 30", shed);
    drill.expect(shed == keys.size(), "no fill is sent to it");
    drill.pause(4s);
    expect_quick_reads(drill);
    const MetricsPage counted = drill.client().metrics() - before;
    drill.expect(counted.sum("aside_fills_total", "result=\"shed\"") > 0, "and each is counted");
    drill.expect(drill.proxies().accepted(primary) == connections, "its connections are kept");
    drill.expect_no_loads("reads are answered by its replica");
    drill.proxies().clear();
    expect_pace(drill, primary, "quick", 15s);
    drill.pause(1s);
    drill.expect(drill.client().fill_tier(keys.front(), 512) != FillState::shed,
                 "fills are taken again");
}

}  // namespace

std::vector<Drill> overload_drills() {
    return {
        {"D37", "OOM on fills", "overload", d37_out_of_memory},
        {"D38", "MISCONF, to PING too", "overload", d38_misconf},
        {"D39", "a script that does not end", "overload", d39_busy_script, {.node_timeout = 10s}},
        {"D40", "max number of clients reached", "overload", d40_max_clients},
        {"D41", "the password changes", "overload", d41_password_rotated},
        {"D42", "sessions that must be renewed every 2 s", "overload", d42_sessions_renewed},
        {"D43", "NOPERM on GET, then on CLUSTER SLOTS", "overload", d43_no_permission},
        {"D44", "a node whose bandwidth is used up", "overload", d44_bandwidth_used_up},
    };
}

}  // namespace aside::lab
