#include "front/lambda/changes_function.h"

#include "runtime/finish_by.h"

namespace aside::front::lambda {

namespace {

// Empty: done.
std::string trouble_of(const Result<TierReport>& report) {
    if (!report) return to_string(report.error());
    if (report->invalidated()) return {};
    return report->l2_error.empty() ? "L2 did not confirm it" : "l2: " + report->l2_error;
}

}  // namespace

ChangesFunction::ChangesFunction(runtime::Worker& worker, Service& service,
                                 wire::ChangeOptions options, telemetry::Logger* log)
    : worker_(worker), service_(service), options_(std::move(options)), log_(log) {}

runtime::Task<std::string> ChangesFunction::invalidate(const wire::ChangeRecord& record,
                                                       SteadyTime deadline) {
    // What was understood of a record is done even if the rest was not.
    std::string trouble = record.error;
    const auto note = [&](const std::string& name, const Result<TierReport>& report) {
        const std::string why = trouble_of(report);
        if (!why.empty() && trouble.empty()) trouble = name + ": " + why;
    };
    for (const std::string& id : record.items) {
        auto task = service_.invalidate_item(worker_, id);
        const Result<TierReport> report =
            co_await runtime::finish_by(worker_, std::move(task), deadline);
        note(id, report);
    }
    for (const wire::ReferenceText& object : record.objects) {
        auto task = service_.invalidate_object(worker_, {object.key, object.version});
        const Result<TierReport> report =
            co_await runtime::finish_by(worker_, std::move(task), deadline);
        note(object.key, report);
    }
    co_return trouble;
}

runtime::Task<std::expected<std::string_view, FunctionError>> ChangesFunction::invoke(
    const Invocation& invocation, SteadyTime deadline) {
    const auto event = wire::decode_changes(invocation.event, options_);
    if (!event) co_return std::unexpected(FunctionError{"Function.BadEvent", event.error().detail});
    if (event->sender == wire::ChangeSender::none) {
        co_return std::unexpected(FunctionError{
            "Function.BadEvent", "not an event of S3 or DynamoDB: its handler is another one"});
    }
    std::vector<std::size_t> failed;
    std::string first_trouble;
    for (std::size_t i = 0; i < event->records.size(); ++i) {
        const std::string trouble = co_await invalidate(event->records[i], deadline);
        if (trouble.empty()) continue;
        failed.push_back(i);
        if (first_trouble.empty()) first_trouble = trouble;
        if (log_) log_->warning("lambda.not_invalidated", {{"why", trouble}});
    }
    if (!takes_failures_apart(event->sender) && !failed.empty())
        co_return std::unexpected(FunctionError{"Function.NotInvalidated", first_trouble});
    json_ = takes_failures_apart(event->sender) ? batch_item_failures(*event, failed) : "null";
    co_return json_;
}

}  // namespace aside::front::lambda
