// Drills whose nodes live in a private network run in a process of their own, for that is what has
// namespaces. Where those are not permitted (neither to root nor to users), they do not run, and
// say so.
//
// Thread rule: one thread, not a worker's; blocks.
#pragma once

#include "lab/drill.h"
#include "lab/tool_commands.h"

namespace aside::lab {

// `drill D20 --inside`: this process already is the one of its own.
inline constexpr std::string_view kInsideFlag = "inside";

enum class ApartEnd : std::uint8_t { passed, failed, not_permitted };

// Shows what that process printed.
ApartEnd run_apart(ControlThread& control, const ToolSession& session, const Drill& drill,
                   const std::string& server_program);

}  // namespace aside::lab
