// Each folder's options, filled from the parameter table: the one place where the two meet.
//
// Thread rule: pure functions. Errors: bad_input for an address that config could not see through.
#pragma once

#include "cli/aws_session.h"
#include "cli/upload_attempts.h"
#include "config/config.h"
#include "engine/hot_set.h"
#include "engine/options.h"
#include "engine/ports/lifecycle.h"
#include "engine/read_log.h"
#include "front/http/options.h"
#include "runtime/os/runtime.h"
#include "telemetry/log.h"

namespace aside::cli {

runtime::OsRuntimeOptions runtime_options(const config::Config& config);
telemetry::LogOptions log_options(const config::Config& config);
engine::HotSetOptions hot_set_options(const config::Config& config);
engine::ReadLogOptions read_log_options(const config::Config& config);
AwsOptions aws_options(const config::Config& config);
UploadLimits upload_limits(const config::Config& config);
engine::EngineOptions engine_options(const config::Config& config);
LifecycleOptions lifecycle_options(const config::Config& config);
front::ServerOptions server_options(const config::Config& config);
front::PublicOptions public_options(const config::Config& config);
// Without the token and the functions, which the caller knows.
front::AdminOptions admin_options(const config::Config& config);

}  // namespace aside::cli
