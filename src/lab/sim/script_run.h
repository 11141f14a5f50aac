// Runs Aside's five scripts as a server's Lua would: step by step, each inner command refused as
// the server would refuse it, and what was written before a refusal stays written.
//
// A script that has written may go on when memory is full; nothing else is forgiven. Thread rule:
// the node's worker. Source: scriptCall and its checks in src/script.c of redis 7.0.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lab/sim/server_core.h"

namespace aside::lab {

class ScriptRun {
  public:
    ScriptRun(ServerCore& core, const ServerSession& session, const redis::Script& script)
        : core_(core), session_(session), script_(script) {}

    void run(std::span<const std::string_view> keys, std::span<const std::string_view> arguments,
             std::string& out);

  private:
    using Words = std::span<const std::string_view>;

    void take_lease(Words keys, Words arguments, std::string& out);
    void renew_lease(Words keys, Words arguments, std::string& out);
    void release_lease(Words keys, Words arguments, std::string& out);
    void fill(Words keys, Words arguments, std::string& out);
    void invalidate(Words keys, Words arguments, std::string& out);

    // An inner command; false: the script ended with problem_.
    bool may_read(std::string_view command, std::string_view key);
    bool may_write(std::string_view command, std::string_view key, bool takes_memory);
    bool may_call(std::string_view command, std::string_view key);
    bool stop(std::string_view problem);
    bool stop_while_down(std::string_view command, bool for_writing);
    // False: stopped. `holds`: whether the lease has this token.
    bool check_token(Words keys, Words arguments, bool& holds);
    void erase(std::string_view name);
    void set(std::string_view name, std::string_view bytes, std::string_view ttl_ms);

    ServerCore& core_;
    const ServerSession& session_;
    const redis::Script& script_;
    bool wrote_ = false;
    std::string problem_;
};

}  // namespace aside::lab
