// What several drills do to a cluster.
//
// Thread rule: as Trial.
#pragma once

#include <vector>

#include "lab/trials/trial.h"

namespace aside::lab::trials {

// Waits until another node owns the slots of `victim`.
void prove_promotion(Trial& trial, unsigned victim);

// A new primary for each that owns slots, with half of its slots (in quick runs: with a few). Gives
// the new ones, with whom each took them from.
struct Move {
    unsigned from = 0, to = 0;
};
std::vector<Move> grow(Trial& trial);

// All slots of each `from` go to its `to`; then the emptied nodes leave.
void shrink(Trial& trial, const std::vector<Move>& moves);

}  // namespace aside::lab::trials
