#include "lab/lambda/report_json.h"

#include "wire/json_text.h"

namespace aside::lab::lambda {

namespace {

// Members of one object, in order.
class ObjectText {
  public:
    ObjectText& text(std::string_view name, std::string_view value) {
        append_name(name);
        wire::append_json_string(text_, value);
        return *this;
    }
    // Numbers, true, false, null, and what is JSON already.
    ObjectText& raw(std::string_view name, std::string_view value) {
        append_name(name);
        text_.append(value);
        return *this;
    }
    ObjectText& number(std::string_view name, std::uint64_t value) {
        return raw(name, std::to_string(value));
    }
    ObjectText& flag(std::string_view name, bool value) {
        return raw(name, value ? "true" : "false");
    }
    std::string take() { return std::move(text_) + "}"; }

  private:
    void append_name(std::string_view name) {
        text_.append(text_.empty() ? "{" : ",");
        wire::append_json_string(text_, name);
        text_.append(":");
    }
    std::string text_;
};

// "12.034"
std::string milliseconds_text(Duration span) {
    constexpr std::int64_t kThousand = 1000;
    const auto us = std::chrono::floor<std::chrono::microseconds>(span).count();
    const std::string part = std::to_string(kThousand + us % kThousand).substr(1);
    return std::to_string(us / kThousand) + "." + part;
}

std::string error_json(const FunctionError& error) {
    return ObjectText()
        .text("type", error.type)
        .text("message", error.message)
        .text("payload", error.payload)
        .take();
}

std::string_view name_of_aftermath(Aftermath aftermath) {
    switch (aftermath) {
        case Aftermath::ready:
            return "ready";
        case Aftermath::timed_out:
            return "timed_out";
        case Aftermath::exited:
            return "exited";
    }
    return "";
}

std::string status_json(const EnvironmentStatus& status) {
    return ObjectText()
        .number("number", status.number)
        .text("state", name_of(status.state))
        .flag("frozen", status.frozen)
        .number("pid", static_cast<std::uint64_t>(status.pid))
        .number("starts", status.starts)
        .number("invocations", status.invocations)
        .take();
}

}  // namespace

std::string report_json(const InvocationReport& report) {
    ObjectText json;
    json.text("request_id", report.request_id)
        .number("environment", report.environment)
        .flag("cold", report.cold)
        .flag("suppressed_init", report.suppressed_init)
        .raw("init_ms", report.init ? milliseconds_text(*report.init) : "null")
        .raw("duration_ms", milliseconds_text(report.duration))
        .raw("completed_ms", milliseconds_text(report.completed))
        .text("aftermath", name_of_aftermath(report.aftermath))
        .flag("event_lost", report.event_lost)
        .raw("error", report.error ? error_json(*report.error) : "null");
    if (report.answer) {
        json.text("answer", *report.answer);
    } else {
        json.raw("answer", "null");
    }
    return json.take();
}

std::string environments_json(const std::vector<EnvironmentStatus>& environments,
                              const FunctionCounts& counts) {
    std::string list = "[";
    for (const EnvironmentStatus& status : environments) {
        if (list.size() > 1) list.append(",");
        list.append(status_json(status));
    }
    list.append("]");
    return ObjectText()
        .raw("environments", list)
        .number("invocations", counts.invocations)
        .number("cold_starts", counts.cold_starts)
        .number("errors", counts.errors)
        .number("throttles", counts.throttles)
        .take();
}

}  // namespace aside::lab::lambda
