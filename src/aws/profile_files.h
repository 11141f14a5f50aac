// AWS's shared files, ~/.aws/config and ~/.aws/credentials: profiles of named settings.
//
// The format is the one of the AWS CLI: "[default]", "[profile dev]" (config) or "[dev]"
// (credentials), "name = value", comments that begin a line with '#' or ';' or follow a space.
// Sections of other kinds (sso-session, services) and settings nested below another are passed
// over. Names of settings are in any case. Where both files set one, the credentials file wins.
// Thread rule: pure functions. Errors: bad_input with the line's number; the line itself is not
// shown, for it may hold a secret.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aside::aws {

using Profile = std::map<std::string, std::string, std::less<>>;
using Profiles = std::map<std::string, Profile, std::less<>>;

enum class ProfileFile : std::uint8_t { config, credentials };

// Adds what `text` says to `profiles`, and replaces what it says anew.
Result<void> read_profiles(std::string_view text, ProfileFile kind, Profiles& profiles);

}  // namespace aside::aws
