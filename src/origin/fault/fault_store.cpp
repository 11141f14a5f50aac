#include "origin/fault/fault_store.h"

namespace aside::origin {

runtime::Task<Result<LoadedObject>> FaultObjects::load(runtime::Worker& worker, Reference reference,
                                                       LoadRequest request) {
    FaultCall call(*faults_);
    const auto met = co_await call.meet(worker, request.deadline);
    if (!met) co_return fail(met.error());
    if (*met == FaultKind::absent) co_return LoadedObject{};
    auto loaded = co_await behind_->load(worker, std::move(reference), std::move(request));
    if (loaded && *met == FaultKind::damage) loaded->body.resize(loaded->body.size() / 2);
    co_return loaded;
}

runtime::Task<Result<void>> FaultObjects::put(runtime::Worker& worker, Reference reference,
                                              std::string body) {
    FaultCall call(*faults_);
    const auto met = co_await call.meet(worker, kNever);
    if (!met) co_return fail(met.error());
    const auto put = co_await behind_->put(worker, std::move(reference), std::move(body));
    co_return put;
}

runtime::Task<Result<void>> FaultObjects::remove(runtime::Worker& worker, Reference reference) {
    FaultCall call(*faults_);
    const auto met = co_await call.meet(worker, kNever);
    if (!met) co_return fail(met.error());
    const auto removed = co_await behind_->remove(worker, std::move(reference));
    co_return removed;
}

runtime::Task<Result<LoadedIndex>> FaultIndex::load(runtime::Worker& worker, std::string id,
                                                    LoadRequest request) {
    FaultCall call(*faults_);
    const auto met = co_await call.meet(worker, request.deadline);
    if (!met) co_return fail(met.error());
    if (*met == FaultKind::absent) co_return LoadedIndex{};
    auto loaded = co_await behind_->load(worker, std::move(id), std::move(request));
    const bool damaged = loaded && *met == FaultKind::damage;
    if (damaged && !loaded->references.empty()) loaded->references.pop_back();
    co_return loaded;
}

runtime::Task<Result<void>> FaultIndex::put(runtime::Worker& worker, std::string id,
                                            std::vector<Reference> references) {
    FaultCall call(*faults_);
    const auto met = co_await call.meet(worker, kNever);
    if (!met) co_return fail(met.error());
    const auto put = co_await behind_->put(worker, std::move(id), std::move(references));
    co_return put;
}

runtime::Task<Result<void>> FaultIndex::remove(runtime::Worker& worker, std::string id) {
    FaultCall call(*faults_);
    const auto met = co_await call.meet(worker, kNever);
    if (!met) co_return fail(met.error());
    const auto removed = co_await behind_->remove(worker, std::move(id));
    co_return removed;
}

}  // namespace aside::origin
