// aside get: one read through the engine, in this process: the answer on standard output, its story
// on standard error.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/options_from_config.h"
#include "cli/parameter_flags.h"
#include "cli/stack.h"
#include "front/http/read_answer.h"
#include "runtime/os/run_task.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

// What was loaded goes to L2 before this process ends, if L2 takes it.
constexpr Duration kFillPatience = std::chrono::milliseconds(500);
constexpr Duration kFillPoll = std::chrono::milliseconds(1);

struct Options {
    ParameterFlags parameters;
    std::string id;
    std::string object;
    std::string version;
};

double milliseconds(Duration span) {
    return static_cast<double>(span.count()) / 1e6;
}

void tell_steps(std::span<const Step> steps, const Answer& answer, Duration took) {
    for (const Step& step : steps) {
        const auto line =
            fmt::format("{:>10.3f} ms  {:<6}  {}{}{}\n", milliseconds(step.took),
                        name_of(step.source), shown(step.what), step.stale ? "  (stale)" : "",
                        step.where.empty() ? "" : "  from " + step.where);
        std::fputs(line.c_str(), stderr);
    }
    const auto line =
        fmt::format("{:>10.3f} ms  in all: l1={} l2={} origin={}\n", milliseconds(took),
                    answer.from_l1, answer.from_l2, answer.from_origin);
    std::fputs(line.c_str(), stderr);
}

std::string body_of(const Options& options, const Answer& answer) {
    std::string body;
    const auto append = [&](const Value* value) { body += value ? value->body() : "null"; };
    if (!options.object.empty()) {
        append(answer.values().front());
        return body += '\n';
    }
    front::append_item_start(body, options.id);
    for (std::size_t i = 0; i < answer.values().size(); ++i) {
        if (i > 0) body += ',';
        append(answer.values()[i]);
    }
    return body.append(front::item_end(answer)).append("\n");
}

int tell(const Options& options, const Answer& answer) {
    switch (answer.outcome) {
        case Outcome::ok:
            return print(body_of(options, answer)) ? kOk : kFailed;
        case Outcome::absent:
            std::fputs("aside: it does not exist\n", stderr);
            return kFailed;
        case Outcome::failed:
            return failed(answer.error);
    }
    return kFailed;
}

// `options` and `answer` outlive the task: run() waits for it.
runtime::Task<> read(runtime::Worker& worker, engine::Engine& engine, const Options& options,
                     Duration limit, Answer& answer) {
    std::vector<Step> steps;
    const SteadyTime start = worker.now();
    if (options.object.empty()) {
        const ItemQuery query{options.id, start + limit, &steps};
        co_await engine.item(worker, query, answer);
    } else {
        const ObjectQuery query{options.object, options.version, start + limit, &steps};
        co_await engine.object(worker, query, answer);
    }
    tell_steps(steps, answer, worker.now() - start);
    const SteadyTime patience = worker.now() + kFillPatience;
    while (engine.fills_under_way() > 0 && worker.now() < patience) {
        co_await runtime::sleep_for(worker, kFillPoll);
    }
}

int run(const Options& options, const Session& session) {
    const auto config = options.parameters.load(session);
    if (!config) return refused(config.error());
    const auto stack = Stack::open(*config, session, log_options(*config), 1);
    if (!stack) return failed(stack.error());
    int code = kFailed;
    {
        Answer answer;  // given back before the engine ends
        (*stack)->start();
        runtime::run_task(*(*stack)->runtime, 0, [&](runtime::Worker& worker) {
            return read(worker, (*stack)->engine, options, config->get(request_deadline), answer);
        });
        code = tell(options, answer);
    }
    (*stack)->end(code);
    return code;
}

}  // namespace

void add_get(CLI::App& app, Session& session) {
    CLI::App* command =
        app.add_subcommand("get", "Read one item or object and tell where each value came from");
    const auto options = std::make_shared<Options>();
    auto* what = command->add_option_group("what")->require_option(1);
    what->add_option("id", options->id, "The item's id")->type_name("ID");
    auto* object =
        what->add_option("--object", options->object, "An object's key instead of an item")
            ->type_name("KEY");
    command->add_option("--version", options->version, "The object's version")
        ->needs(object)
        ->type_name("VERSION");
    options->parameters.add_to(*command);
    command->callback([&session, options] {
        session.run = [&session, options] { return run(*options, session); };
    });
}

}  // namespace aside::cli
