// The hand-written design, which trials compare Aside with ("article"): the index for each request,
// the values from a Redis Cluster by one GET each, all at once; what it does not have comes from
// the object store and is put back with one fixed time-to-live.
//
// Any error of Redis is the request's. There are no flights, no memory tier, no stale values, no
// limits before the origin, no deadline but those of single calls. The origin is asked up to three
// times, for AWS's SDKs do that when nobody tells them not to. Keys are the objects' own, after a
// prefix; values their bare JSON. Thread rule: as the Service port says; each worker has a client
// and connections of its own. Ownership: borrows the stores; close() it on each worker and let its
// tasks end before it is destroyed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ports/service.h"
#include "lab/article/cluster_client.h"

namespace aside::lab {

struct ArticleOptions {
    ClusterClientOptions cluster;
    std::string prefix;
    std::chrono::seconds ttl{60};
    std::uint64_t object_max_bytes = 8UL << 20;
};

class ArticleService final : public Service {
  public:
    ArticleService(ArticleOptions options, unsigned workers, Index& index, ObjectStore& objects);

    EpochDomain& epochs() override { return epochs_; }
    bool try_object(runtime::Worker&, const ObjectQuery&, Answer&) override { return false; }
    bool try_item(runtime::Worker&, const ItemQuery&, Answer&) override { return false; }
    runtime::Task<> object(runtime::Worker& worker, ObjectQuery query, Answer& answer) override;
    runtime::Task<> item(runtime::Worker& worker, ItemQuery query, Answer& answer) override;

    runtime::Task<Result<TierReport>> invalidate_object(runtime::Worker& worker,
                                                        Reference reference) override;
    runtime::Task<Result<TierReport>> invalidate_item(runtime::Worker& worker,
                                                      std::string id) override;
    runtime::Task<Result<TierReport>> put_object(runtime::Worker& worker, Reference reference,
                                                 std::string body) override;
    runtime::Task<Result<TierReport>> remove_object(runtime::Worker& worker,
                                                    Reference reference) override;
    runtime::Task<Result<TierReport>> put_item(runtime::Worker& worker, std::string id,
                                               std::vector<Reference> references) override;
    runtime::Task<Result<TierReport>> remove_item(runtime::Worker& worker, std::string id) override;

    std::uint64_t lent_bytes() const override { return 0; }
    std::uint64_t lent_max_bytes() const override { return ~std::uint64_t{0}; }
    std::string status_json() const override { return R"("design":"article")"; }
    std::vector<HotKey> hot(std::size_t) const override { return {}; }

    // This worker's connections, for good.
    void close(runtime::Worker& worker);

  private:
    // One object of a request.
    struct Found {
        Result<ValueRef> value = ValueRef();  // null: the origin says that there is none
        Source source = Source::l2;
    };
    ClusterClient& client_of(runtime::Worker& worker);
    std::string key_of(const Reference& reference) const;
    runtime::Task<> read(runtime::Worker& worker, const Reference& reference, SteadyTime deadline,
                         Found& found);
    static void compose(const std::vector<Reference>& references, std::vector<Found>& found,
                        Answer& answer);
    runtime::Task<Result<TierReport>> forget_written(runtime::Worker& worker, Reference reference,
                                                     Result<void> written);

    const ArticleOptions options_;
    EpochDomain epochs_;
    Index& index_;
    ObjectStore& objects_;
    std::vector<std::unique_ptr<ClusterClient>> clients_;  // by worker, made by its first request
};

}  // namespace aside::lab
