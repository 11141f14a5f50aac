#include "cli/check_advice.h"

#include "aws/error_meaning.h"
#include "aws/partitions.h"

namespace aside::cli {
namespace {

bool refused_by_policy(const Error& error) {
    return error.code == Errc::denied &&
           error.detail.find(aws::kRefusedByPolicy) != std::string::npos;
}

std::string_view partition_id(std::string_view region) {
    const aws::Partition* const partition = aws::partition_of(region);
    return partition ? partition->id : "aws";
}

bool is_of_aws(std::string_view host, std::string_view region) {
    const aws::Partition* const partition = aws::partition_of(region);
    return partition &&
           (host.ends_with(partition->suffix) || host.ends_with(partition->dual_stack_suffix));
}

std::string allow(std::string_view action, std::string_view arn) {
    return "Allow " + std::string(action) + " on " + std::string(arn) +
           " in the policy of the role or user whose credentials these are";
}

std::string bucket_arn(const AskedService& asked) {
    return "arn:" + std::string(partition_id(asked.region)) + ":s3:::" + asked.resource;
}

}  // namespace

std::string resource_arn(const AskedService& asked) {
    if (asked.service == aws::Service::s3) return bucket_arn(asked) + "/" + asked.prefix + "*";
    // Which account a table belongs to, only its owner knows.
    return "arn:" + std::string(partition_id(asked.region)) + ":" +
           std::string(name_of(asked.service)) + ":" + asked.region + ":*:table/" + asked.resource;
}

std::string advice_on_credentials(const Error& error) {
    switch (error.code) {
        case Errc::refused:
        case Errc::timed_out:
        case Errc::connection_lost:
            return "The service that hands out credentials does not answer. On a laptop set "
                   "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. On EC2 give the "
                   "instance a role; in a container there, the metadata service's hop limit must "
                   "be 2. In a private subnet a web identity needs the VPC endpoint of STS";
        case Errc::denied:
            return "The service that hands out credentials refuses: does the role exist, and does "
                   "its trust policy name this workload?";
        case Errc::not_found:
            return "Is AWS_PROFILE spelled as in ~/.aws/config, and does the token's file exist?";
        default:
            return {};
    }
}

std::string advice_on_connection(const AskedService& asked, const Error& error) {
    const std::string place = asked.host + ":" + std::to_string(asked.port);
    const bool of_aws = is_of_aws(asked.host, asked.region);
    switch (error.code) {
        case Errc::not_found:
            if (!of_aws) return "No address is known for " + asked.host + ": is it spelled right?";
            return "No address is known for " + asked.host + ": is the region " + asked.region +
                   " right, and does this network resolve public names?";
        case Errc::refused:
            return "Nobody listens at " + place + ": is endpoint= right, and is the server up?";
        case Errc::timed_out:
            if (!of_aws) return place + " does not answer: is a firewall between?";
            return place +
                   " does not answer. From a private subnet S3 and DynamoDB are reached by a "
                   "gateway VPC endpoint in the route table of that subnet (or by NAT), and the "
                   "security group must let TCP 443 out";
        case Errc::denied:
            return "The certificate of " + asked.host +
                   " does not verify: are the system's CA certificates installed "
                   "(ca-certificates), and is the endpoint's name the one in its certificate?";
        case Errc::protocol:
        case Errc::connection_lost:
            if (!asked.tls) return {};
            return place + " does not speak TLS: if it is plain HTTP, write endpoint=http://" +
                   place;
        default:
            return {};
    }
}

std::string advice_on_answer(const AskedService& asked, std::string_view action,
                             const Error& error) {
    const bool s3 = asked.service == aws::Service::s3;
    if (refused_by_policy(error)) return allow(action, resource_arn(asked));
    if (error.code == Errc::not_found) {
        return s3 ? "There is no bucket " + asked.resource + ": is its name right in objects.url?"
                  : "There is no table " + asked.resource + " in " + asked.region +
                        ": is its name right in index.url, and region=?";
    }
    switch (error.code) {
        case Errc::throttled:
            return "It is asked too much at the moment. The guard will hold Aside back; if nobody "
                   "else asks, its capacity is set too low";
        case Errc::timed_out:
            return "It was reached and did not answer in time: try again; if it stays so, look at "
                   "its own health";
        case Errc::too_large:
            return s3 ? "Raise objects.max_bytes if values of this size are meant to be served"
                      : "Raise items.max_refs if items of so many references are meant to be "
                        "served";
        case Errc::corrupt:
            return s3 ? std::string()
                      : "Do refs=, position=, object_key= and object_version= in index.url name "
                        "the "
                        "attributes that hold the references?";
        default:
            return {};
    }
}

std::string advice_on_absent_key(const AskedService& asked, const Error& error,
                                 bool object_was_read) {
    if (!refused_by_policy(error)) return advice_on_answer(asked, "s3:GetObject", error);
    const std::string list = allow("s3:ListBucket", bucket_arn(asked));
    if (!object_was_read) {
        return "S3 says 403 of a key that cannot exist: s3:GetObject is not allowed, or "
               "s3:ListBucket is not. " +
               list + ", and s3:GetObject on " + resource_arn(asked);
    }
    return "S3 says 403 instead of 404 of a key that does not exist, because s3:ListBucket is "
           "missing: each absent object would be an error. " +
           list;
}

std::string advice_on_keys(const origin::TableLayout& layout, const origin::TableKeys& keys) {
    const auto is = [](std::string_view name, std::string_view type) {
        return "'" + std::string(name) + "' (" + std::string(type) + ")";
    };
    if (keys.partition != layout.id) {
        return "The partition key of table " + layout.table + " is " +
               is(keys.partition, keys.partition_type) + ", not '" + layout.id +
               "': write key=" + keys.partition + " in index.url";
    }
    if (keys.partition_type != "S") {
        return "The partition key of table " + layout.table + " is " +
               is(keys.partition, keys.partition_type) + "; it must be a string (S)";
    }
    if (!layout.rows() && !keys.sort.empty()) {
        return "Table " + layout.table + " has a sort key too, " + is(keys.sort, keys.sort_type) +
               ": write position=" + keys.sort +
               " in index.url if each row of an item names one object";
    }
    if (layout.rows() && keys.sort != layout.position) {
        return keys.sort.empty()
                   ? "Table " + layout.table + " has no sort key: take position= out of index.url"
                   : "The sort key of table " + layout.table + " is " +
                         is(keys.sort, keys.sort_type) + ": write position=" + keys.sort;
    }
    if (layout.rows() && keys.sort_type != "N") {
        return "The sort key of table " + layout.table + " is " + is(keys.sort, keys.sort_type) +
               "; it must be a number (N)";
    }
    return {};
}

std::string advice_on_remote(const RemoteUrl& url, UnknownReason reason) {
    const std::string seeds = to_string(url.seeds.front());
    switch (reason) {
        case UnknownReason::no_route:
        case UnknownReason::not_connected:
        case UnknownReason::suspect:
            return "No server of L2 answers, beginning with " + seeds +
                   ". Is it up, does its security group let this machine in, and does it want TLS "
                   "(rediss://) or none (redis://)?";
        case UnknownReason::denied:
            if (url.iam) {
                return "L2 refuses the IAM token: allow elasticache:Connect (memorydb:Connect) on "
                       "the cache and on user " +
                       url.iam->user + ", and name= must be the cache's own name";
            }
            return "L2 refuses the user, the password, or what the user may do: `aside config "
                   "--acl` prints the rights that are needed";
        case UnknownReason::cluster_down:
            return "The cluster says that it is down: slots without a primary. `redis-cli cluster "
                   "info` tells";
        default:
            return {};
    }
}

}  // namespace aside::cli
