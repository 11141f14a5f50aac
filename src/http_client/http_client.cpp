#include "http_client/http_client.h"

namespace aside::http_client {

HttpClient::HttpClient(ClientOptions options, unsigned workers, telemetry::Registry& registry)
    : options_(std::move(options)), metrics_(registry, options_.name), pools_(workers) {}

ConnectionPool& HttpClient::pool_of(runtime::Worker& worker) {
    auto& pool = pools_[worker.index()];
    if (!pool) pool = std::make_unique<ConnectionPool>(worker, options_, metrics_);
    return *pool;
}

void HttpClient::thawed(SteadyTime now) {
    thawed_at_.store(now, std::memory_order_relaxed);
}

void HttpClient::close(runtime::Worker& worker) {
    pool_of(worker).close();
}

runtime::Task<Result<HttpAnswer>> HttpClient::call(runtime::Worker& worker, HttpCall call) {
    ConnectionPool& pool = pool_of(worker);
    metrics_.calls.add(worker.index());
    for (bool again = false;; again = true) {
        pool.thawed(thawed_at_.load(std::memory_order_relaxed));
        auto taken = co_await pool.take(call.deadline);
        if (!taken) co_return fail(std::move(taken.error()));
        const std::shared_ptr<Connection> connection = std::move(*taken);
        const bool kept = connection->used();
        if (kept && !again) metrics_.calls_on_kept.add(worker.index());
        auto answer = co_await connection->exchange(call);
        const bool gone = kept && !answer && answer.error().code == Errc::connection_lost &&
                          !connection->answer_begun();
        pool.thawed(thawed_at_.load(std::memory_order_relaxed));
        pool.give_back(connection);
        if (gone) pool.close_idle();
        if (!gone || again || !call.idempotent) co_return answer;
        metrics_.stale_retries.add(worker.index());
    }
}

}  // namespace aside::http_client
