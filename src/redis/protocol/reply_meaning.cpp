#include "redis/protocol/reply_meaning.h"

#include <array>

#include "base/number_text.h"

namespace aside::redis {
namespace {

using enum ReplyError;

struct Row {
    std::string_view name;
    ReplyMeaning meaning;
};

// In the order of ReplyError.
constexpr std::array kRows = {
    // The slot lives elsewhere for good. A keyed command to the wrong node gets it even while that
    // node loads: servers look at the slot before they look at their own state.
    Row{"moved",
        {.error = moved,
         .read = ReadStep::follow,
         .fill = FillStep::follow,
         .reason = UnknownReason::redirected,
         .refresh_map = true}},
    // This key may be at the importing node already; the slot is not, so the map stays.
    Row{"ask",
        {.error = ask,
         .read = ReadStep::follow_asking,
         .fill = FillStep::follow_asking,
         .reason = UnknownReason::redirected}},
    // A script's keys are at both ends of a migration. A single GET never gets it.
    Row{"try_again", {.error = try_again, .reason = UnknownReason::busy}},
    // No quorum in that node's eyes: it may be the one that is cut off, so the others are asked.
    Row{"cluster_down",
        {.error = cluster_down,
         .read = ReadStep::retry_once,
         .reason = UnknownReason::cluster_down,
         .refresh_map = true}},
    // Only writes are answered so; what reads find there may be old, and what they do not find may
    // be elsewhere.
    Row{"cluster_down_reads_only",
        {.error = cluster_down_reads_only,
         .read = ReadStep::ask_other,
         .node = NodeEffect::cut_off,
         .reason = UnknownReason::cluster_down,
         .refresh_map = true}},
    // The slot has no owner in that node's map: another copy may know better, and hold the key.
    Row{"cluster_down_unserved",
        {.error = cluster_down_unserved,
         .read = ReadStep::ask_other,
         .reason = UnknownReason::cluster_down,
         .refresh_map = true}},
    // Alive, and back as soon as its data is read; until then every fill would be refused.
    Row{"loading",
        {.error = loading,
         .read = ReadStep::ask_other,
         .fill = FillStep::drop_and_pause,
         .node = NodeEffect::not_now,
         .reason = UnknownReason::loading}},
    // A replica that lost its primary and will not answer from old data: not a dead node.
    Row{"master_down",
        {.error = master_down,
         .read = ReadStep::ask_other,
         .node = NodeEffect::not_now,
         .reason = UnknownReason::loading}},
    // We took it for a primary, and it is none any more: the map is old. Reads get it from a script
    // only. A fill (or an invalidation) did not happen, so once more is safe.
    Row{"read_only",
        {.error = read_only,
         .read = ReadStep::retry_once,
         .fill = FillStep::retry_once,
         .node = NodeEffect::demoted,
         .reason = UnknownReason::error_reply,
         .refresh_map = true}},
    // Too few replicas for min-replicas-to-write: the server's own choice, writes only.
    Row{"no_replicas", {.error = no_replicas, .fill = FillStep::drop_and_pause}},
    // Nothing can be evicted (a volatile policy and keys without expiry?). GET is still served.
    Row{"out_of_memory", {.error = out_of_memory, .fill = FillStep::drop_and_pause, .alarm = true}},
    // Snapshots fail: writes and PING are refused. To PING it is a sign of life like any reply.
    Row{"misconf", {.error = misconf, .fill = FillStep::drop_and_pause, .alarm = true}},
    // A script or module holds its only thread. A new connection would wait as long.
    Row{"busy",
        {.error = busy,
         .read = ReadStep::ask_other,
         .node = NodeEffect::not_now,
         .reason = UnknownReason::busy}},
    // The session was never opened, or was reset: nothing on this connection can work again.
    Row{"no_auth", {.error = no_auth, .link = LinkStep::close, .reason = UnknownReason::denied}},
    // A rotated password or a token past its time: what we hold is no good, the source has better.
    Row{"wrong_pass",
        {.error = wrong_pass,
         .link = LinkStep::close_renew,
         .reason = UnknownReason::denied,
         .alarm = true}},
    // The user's rules lack something; no retry and no other node helps.
    Row{"no_perm", {.error = no_perm, .reason = UnknownReason::denied, .alarm = true}},
    // New, restarted and promoted nodes know no scripts.
    Row{"no_script", {.error = no_script, .fill = FillStep::retry_as_eval}},
    // Our own mistake: names of one key are made to share a slot.
    Row{"cross_slot", {.error = cross_slot, .alarm = true}},
    // Somebody else stored something that is no string under a name of ours.
    Row{"wrong_type", {.error = wrong_type, .alarm = true}},
    // We send no transactions.
    Row{"exec_abort", {.error = exec_abort, .alarm = true}},
    // Said at accept, before the connection is closed: dialling again at once makes it worse.
    Row{"max_clients",
        {.error = max_clients,
         .read = ReadStep::ask_other,
         .link = LinkStep::close_long,
         .reason = UnknownReason::not_connected,
         .alarm = true}},
    // A standalone server, or the wrong endpoint.
    Row{"no_cluster", {.error = no_cluster, .alarm = true}},
    Row{"other", {.error = other}},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kRows.size(); ++i) {
        if (static_cast<std::size_t>(kRows[i].meaning.error) != i) return false;
    }
    return true;
}
static_assert(kRows.size() == static_cast<std::size_t>(other) + 1 && in_order());

const Row& row_of(ReplyError error) {
    const auto index = static_cast<std::size_t>(error);
    return kRows[index < kRows.size() ? index : kRows.size() - 1];
}

struct Prefix {
    std::string_view text;
    ReplyError error;
};

// A single word must be followed by a space or the end ("BUSY", not "BUSYGROUP"). The first match
// counts.
constexpr Prefix kPrefixes[] = {
    {"MOVED", moved},
    {"ASK", ask},
    {"NOSCRIPT", no_script},
    {"TRYAGAIN", try_again},
    {"CLUSTERDOWN The cluster is down and only accepts read", cluster_down_reads_only},
    {"CLUSTERDOWN Hash slot not served", cluster_down_unserved},
    {"CLUSTERDOWN", cluster_down},
    {"LOADING", loading},
    {"MASTERDOWN", master_down},
    {"READONLY", read_only},
    {"NOREPLICAS", no_replicas},
    {"OOM", out_of_memory},
    {"MISCONF", misconf},
    {"BUSY", busy},
    {"NOAUTH", no_auth},
    {"WRONGPASS", wrong_pass},
    {"NOPERM", no_perm},
    {"DENIED", no_perm},  // protected mode: only loopback may connect
    {"CROSSSLOT", cross_slot},
    {"WRONGTYPE", wrong_type},
    {"EXECABORT", exec_abort},
    // With and without "+ cluster connections".
    {"ERR max number of clients", max_clients},
    {"ERR This instance has cluster support disabled", no_cluster},
    // Of a command in a script: Redis 7.0; 7.2 and later, Valkey.
    {"ERR The user executing the script can't", no_perm},
    {"ERR ACL failure in script", no_perm},
    {"ERR Script attempted to execute a write command while the cluster is down",
     cluster_down_reads_only},
    {"ERR Script attempted to execute a command while the cluster is down", cluster_down},
    // The same, since Valkey 9: "… 'set' while the cluster is down".
    {"ERR Can not execute a write command", cluster_down_reads_only},
    {"ERR Can not execute a command", cluster_down},
    // A password was sent to a server that has none.
    {"ERR AUTH <password> called without any password", wrong_pass},
};

// Takes what stands before the next space off the front.
std::string_view take_word(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size() == text.size() ? text.size() : word.size() + 1);
    return word;
}

constexpr std::size_t kHostMax = 255;  // of a DNS name

bool dialable(std::string_view host) {
    if (host == "?" || host.size() > kHostMax) return false;
    for (const char c : host) {
        if (c <= ' ' || c > '~') return false;
    }
    return true;
}

}  // namespace

const ReplyMeaning& meaning_of(ReplyError error) {
    return row_of(error).meaning;
}

std::string_view name_of(ReplyError error) {
    return row_of(error).name;
}

ReplyError classify(std::string_view text) {
    for (const Prefix& prefix : kPrefixes) {
        if (!text.starts_with(prefix.text)) continue;
        const bool sentence = prefix.text.find(' ') != std::string_view::npos;
        if (sentence || text.size() == prefix.text.size() || text[prefix.text.size()] == ' ') {
            return prefix.error;
        }
    }
    return other;
}

std::optional<Redirect> parse_redirect(std::string_view text) {
    const std::string_view word = take_word(text);
    if (word != "MOVED" && word != "ASK") return std::nullopt;
    Redirect redirect;
    if (!read_number(take_word(text), redirect.slot) || redirect.slot >= kSlots) {
        return std::nullopt;
    }
    const std::string_view endpoint = take_word(text);
    const std::size_t colon = endpoint.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    redirect.host = endpoint.substr(0, colon);
    if (!dialable(redirect.host)) return std::nullopt;
    if (!read_number(endpoint.substr(colon + 1), redirect.port) || redirect.port == 0) {
        return std::nullopt;
    }
    return redirect;
}

}  // namespace aside::redis
