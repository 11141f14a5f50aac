#include "lab/load/load_run.h"

#include "lab/load/load_machine.h"

namespace aside::lab::load {

Result<void> check(const LoadSettings& settings) {
    if (settings.targets.empty()) return fail(Errc::bad_input, "a load needs a target");
    if (!settings.keys) return fail(Errc::bad_input, "a load needs keys");
    if (settings.connections == 0) return fail(Errc::bad_input, "a load needs connections");
    if (settings.pipelined == 0) return fail(Errc::bad_input, "0 requests on a connection");
    if (settings.share.index >= settings.share.of) return fail(Errc::bad_input, "no such share");
    if (settings.patience <= Duration::zero() || settings.connect_timeout <= Duration::zero())
        return fail(Errc::bad_input, "no patience at all");
    for (const LoadTarget& target : settings.targets) {
        auto text =
            check(RequestPattern{settings.path, settings.path_of, target.host, settings.fields});
        if (!text) return text;
    }
    return check(settings.arrivals);
}

LoadRun::LoadRun(runtime::Worker& worker, LoadSettings settings, ExchangeObserver& observer)
    : machine_(std::make_unique<Machine>(worker, std::move(settings), observer)) {}
LoadRun::~LoadRun() = default;

void LoadRun::start() {
    machine_->start();
}
void LoadRun::stop() {
    machine_->stop();
}
void LoadRun::abandon() {
    machine_->abandon();
}
runtime::Task<> LoadRun::ended() {
    return machine_->ended();
}
SteadyTime LoadRun::began() const {
    return machine_->began();
}
LoadRun::Counts LoadRun::counts() const {
    return machine_->counts();
}
std::size_t LoadRun::under_way() const {
    return machine_->under_way();
}
const std::string& LoadRun::connect_error() const {
    return machine_->connect_error();
}

}  // namespace aside::lab::load
