// A program that serves HTTP, started by a trial: until it listens, until it ends.
//
// Thread rule: as ControlThread, and the one that started it; blocks. Ownership: the program ends
// with this object. Errors: of starting, and timed_out with the end of what it printed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http_client/single_call.h"
#include "lab/control_thread.h"
#include "lab/metrics_page.h"
#include "runtime/os/child_process.h"

namespace aside::lab::trials {

class ServedProcess {
  public:
    // `output_file`: what it prints, which also tells where it listens. With `port` in its
    // arguments it listens where it did before.
    static Result<std::unique_ptr<ServedProcess>> start(ControlThread& control,
                                                        std::vector<std::string> words,
                                                        std::string output_file);

    const runtime::Endpoint& endpoint() const { return endpoint_; }
    const std::vector<std::string>& words() const { return words_; }

    // Until it says that it is ready to serve, where it has an admin port.
    Result<void> await_ready(Duration limit);
    // Empty when it has no admin port, or does not answer.
    MetricsPage metrics();
    // Of the admin port. Errors: of the call, and refused for another status than 2xx.
    Result<http_client::HttpAnswer> order(std::string method, std::string target,
                                          std::string body = {});
    // POST /invalidate.
    Result<void> invalidate(const std::string& body);
    std::uint64_t resident_bytes() const;  // 0: not known
    bool running() { return process_->running(); }
    // SIGTERM, and SIGKILL if that does not end it.
    void end();

  private:
    ServedProcess(ControlThread& control, std::vector<std::string> words, std::string output_file,
                  std::unique_ptr<runtime::ChildProcess> process)
        : control_(control),
          words_(std::move(words)),
          output_file_(std::move(output_file)),
          process_(std::move(process)) {}
    Result<void> await_listening();
    Result<http_client::HttpAnswer> ask_admin(std::string method, std::string target,
                                              std::string body);

    ControlThread& control_;
    const std::vector<std::string> words_;
    const std::string output_file_;
    std::unique_ptr<runtime::ChildProcess> process_;
    runtime::Endpoint endpoint_, admin_;
};

// What a program that is not told otherwise needs of AWS: any credentials, and no file's.
std::vector<std::pair<std::string, std::string>> aws_environment();

}  // namespace aside::lab::trials
