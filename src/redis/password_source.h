// Where the Redis password comes from: the configuration itself, or a file.
//
// Thread rule: as the port; a file is read on the blocking pool. Ownership: FilePasswordSource
// borrows the files, which must outlive it. Errors: of reading the file, and bad_input when it
// holds no password; neither ever shows what the file holds.
#pragma once

#include <string>

#include "engine/ports/password_source.h"
#include "runtime/files.h"

namespace aside::redis {

class InlinePasswordSource final : public PasswordSource {
  public:
    InlinePasswordSource(std::string user, std::string password)
        : user_(std::move(user)), password_(std::move(password)) {}

    runtime::Task<Result<Credentials>> credentials(runtime::Worker& worker) override;

  private:
    const std::string user_, password_;
};

// The password is the file's first line, read anew at each dial: one that was rotated is picked up
// by the next.
class FilePasswordSource final : public PasswordSource {
  public:
    FilePasswordSource(runtime::Files& files, std::string user, std::string path)
        : files_(files), user_(std::move(user)), path_(std::move(path)) {}

    runtime::Task<Result<Credentials>> credentials(runtime::Worker& worker) override;

  private:
    runtime::Files& files_;
    const std::string user_, path_;
};

}  // namespace aside::redis
