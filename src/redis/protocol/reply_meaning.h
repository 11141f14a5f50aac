// The one place that decides what an error reply of Redis or Valkey means: for a read, for a fill,
// for the node, for the connection and for the slot map.
//
// Thread rule: pure functions. Source: the servers' error prefixes (Redis 7.0 to 8, Valkey 8 and
// 9); each row of the table in reply_meaning.cpp says why.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/ports/remote_tier.h"

namespace aside::redis {

enum class ReplyError : std::uint8_t {
    moved,
    ask,
    try_again,
    cluster_down,
    cluster_down_reads_only,
    cluster_down_unserved,
    loading,
    master_down,
    read_only,
    no_replicas,
    out_of_memory,
    misconf,
    busy,
    no_auth,
    wrong_pass,
    no_perm,
    no_script,
    cross_slot,
    wrong_type,
    exec_abort,
    max_clients,
    no_cluster,
    other,
};

// What a read does next.
enum class ReadStep : std::uint8_t {
    follow,         // resend where the redirect says
    follow_asking,  // the same, once, with ASKING before it
    ask_other,      // this copy cannot say: the slot's other copies may (a hit only)
    retry_once,     // refresh the map, then once more
    unknown,        // give up
};

enum class FillStep : std::uint8_t {
    follow,  // one hop
    follow_asking,
    retry_once,     // READONLY: refresh the map, then once more, to the owner it names
    retry_as_eval,  // NOSCRIPT
    drop,
    drop_and_pause,  // and send this node no fill for a while
};

enum class LinkStep : std::uint8_t {
    keep,
    close,        // and dial again within the backoff
    close_renew,  // with credentials asked anew
    close_long,   // with a long backoff: max clients
};

enum class NodeEffect : std::uint8_t {
    none,     // any reply, also this one, proves life
    not_now,  // send reads elsewhere for a moment (LOADING, BUSY, MASTERDOWN)
    demoted,  // it is no primary any more
    cut_off,  // another may be the primary by now, and it would not know
};

struct ReplyMeaning {
    ReplyError error = ReplyError::other;
    ReadStep read = ReadStep::unknown;
    FillStep fill = FillStep::drop;
    LinkStep link = LinkStep::keep;
    NodeEffect node = NodeEffect::none;
    UnknownReason reason = UnknownReason::error_reply;
    bool refresh_map = false;
    bool alarm = false;  // a person must act: NOPERM, WRONGPASS, OOM, MISCONF…
};

const ReplyMeaning& meaning_of(ReplyError error);
// By the text of an error reply, "MOVED 3999 127.0.0.1:6381".
ReplyError classify(std::string_view text);
std::string_view name_of(ReplyError error);  // for metrics and logs

// Where MOVED or ASK points.
struct Redirect {
    std::uint16_t slot = 0;
    std::string_view host;  // empty: the host that answered
    std::uint16_t port = 0;
};
// The host is what stands before the last colon (IPv6 without brackets). Nothing when it names no
// node to dial: host "?", a bad port, a bad slot.
std::optional<Redirect> parse_redirect(std::string_view text);

}  // namespace aside::redis
