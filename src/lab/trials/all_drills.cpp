#include <algorithm>

#include "lab/trials/drills.h"

namespace aside::lab::trials {

std::span<const TrialDrill> all_drills() {
    static const std::vector<TrialDrill> all_there_are = [] {
        std::vector<TrialDrill> all;
        for (const auto& theme : {node_drills(), shape_drills(), cold_drills(), crowd_drills(),
                                  redis_drills(), origin_drills(), lambda_drills(), story_drills()})
            all.insert(all.end(), theme.begin(), theme.end());
        return all;
    }();
    return all_there_are;
}

Result<std::vector<const TrialDrill*>> drills_named(std::span<const std::string> names) {
    std::vector<const TrialDrill*> chosen;
    for (const std::string& name : names) {
        bool known = false;
        for (const TrialDrill& drill : all_drills()) {
            const bool meant =
                name == "all" || drill.name == name || drill.name.starts_with(name + "-");
            known |= meant;
            if (meant && std::ranges::find(chosen, &drill) == chosen.end())
                chosen.push_back(&drill);
        }
        if (!known)
            return fail(Errc::bad_input, "no drill is called " + name + "; --list names them");
    }
    return chosen;
}

}  // namespace aside::lab::trials
