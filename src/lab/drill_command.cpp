#include "lab/tool_commands.h"

namespace aside::lab {

int drill_command(const ToolSession&, std::span<const std::string>) {
    return kToolUsage;
}

}  // namespace aside::lab
