// One simulated server without its connections: commands in, replies out, exactly as Redis 7.0 and
// its relatives answer, in the order in which they look at things (authentication, permission,
// slot, memory, persistence, replicas, role, link to the primary, loading, busy, pause).
//
// A command that Aside's table does not have is refused and reported: the client must send nothing
// else. Thread rule: the worker of its node. Ownership: borrows the host, the users and the names.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/sim/command_facts.h"
#include "lab/sim/keyspace.h"
#include "lab/sim/node_faults.h"
#include "lab/sim/node_view.h"
#include "lab/sim/server_profile.h"
#include "lab/sim/server_user.h"
#include "redis/protocol/scripts.h"

namespace aside::lab {

// What the server remembers of one connection.
struct ServerSession {
    std::uint64_t id = 0;
    Protocol protocol = Protocol::resp2;
    std::shared_ptr<const ServerUser> user;  // null: must authenticate first
    std::string name;
    bool readonly = false;
    bool asking = false;
    std::vector<std::string> tracked;  // prefixes; empty: not tracking
};

class ServerCore;

// Told of what happens in a server.
class ServerHost {
  public:
    virtual SteadyTime now() const = 0;
    // A client's write, or an expiry; already applied here.
    virtual void wrote(ServerCore& core, const Effect& effect) = 0;
    // A GET was run here.
    virtual void answered(ServerCore& core, std::string_view name) = 0;
    // A reply was tampered with: nobody may be blamed for what follows from it.
    virtual void lied(ServerCore& core, std::string_view name) = 0;
    // Something that a client of Aside's must never do.
    virtual void violated(ServerCore& core, const std::string& what) = 0;

  protected:
    ~ServerHost() = default;
};

struct ServerSetup {
    NodeIndex index = 0;
    ServerProfile profile = ServerProfile::redis7;
    std::string zone;
    bool cluster = true;
    bool reads_when_down = true;    // cluster-allow-reads-when-down
    std::vector<ServerUser> users;  // "default" must be among them
};

class ServerCore {
  public:
    ServerCore(ServerSetup setup, ServerHost& host, const std::vector<NodeName>& names);

    ServerSession open_session();

    enum class Ran : std::uint8_t { replied, paused };
    // Appends the reply. `paused`: nothing was done; to be run again when writes go on.
    Ran run(ServerSession& session, std::span<const std::string_view> words, std::string& out);

    // A write of this server's own accord or a client's.
    void write(Effect effect, std::uint64_t by_session = 0);
    // What the primary sent.
    void replicate(const Effect& effect);
    // Takes out what has expired (a primary only; replicas wait for their primary's word).
    void expire();
    const StoredValue* find(std::string_view name) const { return data.find(name, host_.now()); }

    bool is_primary() const { return primary == kNobody; }
    // Owns this slot by its own view.
    bool claims(std::uint16_t slot) const { return view.owner[slot] == setup_.index; }
    NodeIndex index() const { return setup_.index; }
    const ProfileFacts& facts() const { return facts_of(setup_.profile); }
    const ServerSetup& setup() const { return setup_; }
    void set_users(std::vector<ServerUser> users) { setup_.users = std::move(users); }
    // Another version of the server was installed; while it does not run.
    void set_profile(ServerProfile profile) { setup_.profile = profile; }

    // State that the cluster steers.
    NodeStates states;
    NodeView view;
    Keyspace data;
    NodeIndex primary = kNobody;  // whose replica it is
    std::uint64_t epoch = 0;      // its configuration epoch
    bool cluster_ok = true;
    bool writes_paused = false;
    std::map<std::uint16_t, NodeIndex> migrating, importing;
    std::set<std::string, std::less<>> scripts_known;  // by SHA-1

    // Names changed since the last look, for those who track them; "" stands for all.
    std::vector<std::string> take_changed() { return std::exchange(changed_, {}); }

  private:
    friend class ScriptRun;
    using Words = std::span<const std::string_view>;

    // command_gate.cpp
    std::optional<std::string> refusal(ServerSession& session, const CommandFlags& command,
                                       Words words, bool& paused);
    std::optional<std::string> not_permitted(const ServerSession& session,
                                             const CommandFlags& command, Words keys);
    std::optional<std::string> redirect(const ServerSession& session, const CommandFlags& command,
                                        Words keys) const;
    std::string redirect_text(std::string_view kind, std::uint16_t slot, NodeIndex to) const;
    std::optional<std::string> refusal_of_state(const CommandFlags& command) const;

    // server_core.cpp
    void hello(ServerSession& session, Words words, std::string& out);
    void auth(ServerSession& session, Words words, std::string& out);
    bool log_in(ServerSession& session, std::string_view user, std::string_view password);
    bool set_name(ServerSession& session, std::string_view name, std::string& out);
    void tracking(ServerSession& session, Words words, std::string& out);
    void dispatch(ServerSession& session, const CommandFlags& command, Words words,
                  std::string& out);
    void get(const ServerSession& session, std::string_view name, std::string& out);
    void pttl(std::string_view name, std::string& out);
    void set(const ServerSession& session, Words words, std::string& out);
    void eval(const ServerSession& session, bool by_sha, Words words, std::string& out);
    void unknown_command(const ServerSession& session, Words words, std::string& out);

    ServerSetup setup_;
    ServerHost& host_;
    const std::vector<NodeName>& names_;
    std::uint64_t next_session_ = 1;
    std::vector<std::string> changed_;
};

// Remaining time in milliseconds as PTTL rounds it; of a value without expiry -1.
std::int64_t remaining_ms(const StoredValue& value, SteadyTime now);

}  // namespace aside::lab
