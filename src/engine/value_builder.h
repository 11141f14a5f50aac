// Makes the values that flights land: of what an origin store answered, and of what L2 did; and
// the value that L2 is given of them.
//
// Values are made, not kept: FlightTable::land keeps them. A null value: no memory for it. Thread
// rule: any worker.
#pragma once

#include "engine/cache_key.h"
#include "engine/memory_tier.h"
#include "engine/options.h"
#include "engine/origin_loader.h"
#include "engine/ports/remote_tier.h"
#include "engine/remote_times.h"

namespace aside::engine {

class ValueBuilder {
  public:
    ValueBuilder(const EngineOptions& options, MemoryTier& memory)
        : options_(options), memory_(memory) {}

    // `checked_at`: when the store was asked.
    ValueRef from_origin(runtime::Worker& worker, const KeyView& key, const OriginAnswer& answer,
                         SteadyTime checked_at, std::uint16_t slot);
    // Up to when what the origin answers now is fresh.
    SteadyTime fresh_until(runtime::Worker& worker, ValueKind kind, bool absent,
                           SteadyTime now) const;

    // A hit of L2, its times as this process has them.
    // `now` and `wall_now` are the same moment.
    SteadyTimes times_of(ValueKind kind, const RemoteAnswer& hit, SteadyTime now,
                         WallTime wall_now) const;
    // `body`: for an index entry as index_entry.h has it, else the hit's own.
    ValueRef from_remote(const KeyView& key, const RemoteAnswer& hit, std::string_view body,
                         const SteadyTimes& times, SteadyTime checked_at);
    // An index entry of L2 as L1 keeps it. Null where the bytes are none.
    std::optional<std::string> index_from_remote(std::string_view body, const Value* replaced);

    // The value as L2 is to hold it: itself, but for an index entry.
    ValueRef for_remote(const ValueRef& value);

  private:
    const EngineOptions& options_;
    MemoryTier& memory_;
};

}  // namespace aside::engine
