// Asks one Redis node something, as whoever sets up and breaks a cluster does: a connection, some
// commands in one write, their replies.
//
// Thread rule: as ControlThread; blocks. Errors: of connecting, timed_out, connection_lost,
// protocol. An error reply is no Error but a RedisReply.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "lab/control_thread.h"
#include "wire/resp.h"

namespace aside::lab {

struct RedisReply {
    wire::RespType type = wire::RespType::null;
    std::string text;  // of strings and errors
    std::int64_t number = 0;
    std::vector<RedisReply> elements;

    bool is_error() const { return type == wire::RespType::error; }
    bool is_null() const { return type == wire::RespType::null; }
};

using RedisCommand = std::vector<std::string>;

inline constexpr Duration kAdminPatience = std::chrono::seconds(2);

Result<std::vector<RedisReply>> ask_redis(ControlThread& control, const runtime::Endpoint& node,
                                          const std::vector<RedisCommand>& commands,
                                          Duration patience = kAdminPatience);

// One command; an error reply is an Error (refused) too.
Result<RedisReply> command_redis(ControlThread& control, const runtime::Endpoint& node,
                                 const RedisCommand& command, Duration patience = kAdminPatience);

// The same to several nodes at once. True: each answered every command, without an error.
bool ask_at_once(ControlThread& control, const std::vector<runtime::Endpoint>& nodes,
                 const std::vector<RedisCommand>& commands, Duration patience = kAdminPatience);

}  // namespace aside::lab
