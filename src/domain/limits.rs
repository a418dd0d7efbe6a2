//! AWS's limits that the rules rely on, each with its source.
//!
//! Quotas that AWS raises on request are marked; such a quota never makes a plan fail.

/// Shortest prefix of a VPC or subnet. Source: Amazon VPC User Guide, "VPC CIDR blocks", "Subnet CIDR blocks".
pub const SHORTEST_PREFIX: u8 = 16;
/// Longest prefix of a VPC or subnet. Source: as [`SHORTEST_PREFIX`].
pub const LONGEST_PREFIX: u8 = 28;
/// Addresses of each subnet that AWS keeps: the first four and the last one. Source: Amazon VPC User Guide, "Subnet CIDR blocks".
pub const RESERVED_ADDRESSES: u32 = 5;
/// Addresses that an interface endpoint takes in each of its subnets. Source: AWS PrivateLink Guide, "Access an AWS service
/// using an interface VPC endpoint".
pub const ADDRESSES_PER_ENDPOINT: u32 = 1;
/// Equal subnets that a VPC is divided for at least, so that zones can be added later without replacing anything (ours).
pub const ROOM_FOR_ZONES: usize = 4;

/// Zones that a number of zones can ask for (ours): more than any region has.
pub const ZONES: usize = 16;

/// Interface endpoints of one VPC; raised on request. Source: AWS PrivateLink Guide, "AWS PrivateLink quotas".
pub const INTERFACE_ENDPOINTS_PER_VPC: usize = 50;
/// Characters of an endpoint's policy, white space included. Source: as [`INTERFACE_ENDPOINTS_PER_VPC`].
pub const ENDPOINT_POLICY_LENGTH: usize = 20_480;
/// Characters of an organization's id behind `o-`. Source: AWS Organizations API Reference, Organization.
pub const ORGANIZATION_ID_LENGTH: std::ops::RangeInclusive<usize> = 10..=32;

/// Rules of a security group for each direction and each IP version; raised on request. Source: Amazon VPC User Guide, "Amazon
/// VPC quotas".
pub const RULES_PER_DIRECTION: usize = 60;
/// Characters of a group's name, its description, and a rule's description. Source: EC2 API Reference, CreateSecurityGroup, IpRange.
pub const GROUP_TEXT_LENGTH: usize = 255;
/// Characters besides letters, digits and the space that such a text may hold. Source: as [`GROUP_TEXT_LENGTH`].
pub const GROUP_TEXT_PUNCTUATION: &str = "._-:/()#,@[]+=&;{}!$*";
/// Groups of one network interface; raised on request, to 16 at most. Source: Amazon VPC User Guide, "Amazon VPC quotas".
pub const GROUPS_PER_INTERFACE: usize = 5;

/// Tags of one resource. Source: AWS General Reference, "Tagging AWS resources".
pub const TAGS_PER_RESOURCE: usize = 50;
/// Characters of a tag's key. Source: as [`TAGS_PER_RESOURCE`].
pub const TAG_KEY_LENGTH: usize = 128;
/// Characters of a tag's value. Source: as [`TAGS_PER_RESOURCE`].
pub const TAG_VALUE_LENGTH: usize = 256;
/// Characters besides letters, digits and spaces that every service takes in tags. Source: as [`TAGS_PER_RESOURCE`].
pub const TAG_PUNCTUATION: &str = "_.:/=+-@";
/// Beginning of the keys that only AWS writes. Source: as [`TAGS_PER_RESOURCE`].
pub const RESERVED_TAG_PREFIX: &str = "aws:";

/// Characters of a role's name. Source: IAM User Guide, "IAM and AWS STS quotas".
pub const ROLE_NAME_LENGTH: usize = 64;

/// Characters of an environment's name (ours): leaves room for what is derived from it.
pub const ENVIRONMENT_NAME_LENGTH: usize = 50;
/// Characters of a compute environment's name. Source: AWS Batch API Reference, CreateComputeEnvironment.
pub const COMPUTE_ENVIRONMENT_NAME_LENGTH: usize = 128;
/// Characters of a job queue's name. Source: AWS Batch API Reference, CreateJobQueue.
pub const JOB_QUEUE_NAME_LENGTH: usize = 128;
/// Compute environments of one job queue. Source: AWS Batch API Reference, CreateJobQueue.
pub const COMPUTE_ENVIRONMENTS_PER_QUEUE: usize = 3;
/// Subnets of a Fargate compute environment. Source: AWS Batch API Reference, ComputeResource.
pub const FARGATE_SUBNETS: usize = 16;
/// Entries of `ec2Configuration`. Source: AWS Batch API Reference, ComputeResource.
pub const EC2_CONFIGURATIONS: usize = 2;
/// Characters of a key pair's name. Source: EC2 API Reference, CreateKeyPair.
pub const KEY_PAIR_NAME_LENGTH: usize = 255;
/// Security groups of a Fargate compute environment. Source: AWS Batch API Reference, ComputeResourceUpdate.
pub const FARGATE_SECURITY_GROUPS: usize = 5;
/// Overrides of a launch template. Source: AWS Batch API Reference, LaunchTemplateSpecification.
pub const LAUNCH_TEMPLATE_OVERRIDES: usize = 10;
/// Characters of a launch template's name. Source: EC2 API Reference, CreateLaunchTemplate.
pub const LAUNCH_TEMPLATE_NAME_LENGTH: usize = 128;
/// Characters of a placement group's name. Source: EC2 API Reference, CreatePlacementGroup.
pub const PLACEMENT_GROUP_NAME_LENGTH: usize = 255;
/// Minutes that Batch can keep an idle instance. Source: AWS Batch API Reference, ComputeScalingPolicy.
pub const SCALE_DOWN_DELAY_MINUTES: std::ops::RangeInclusive<i64> = 20..=10_080;
/// Minutes that jobs can have while instances are exchanged. Source: AWS Batch API Reference, UpdatePolicy.
pub const JOB_EXECUTION_TIMEOUT_MINUTES: std::ops::RangeInclusive<i64> = 1..=7_200;
/// Per cent of the on-demand price. Source: AWS Batch API Reference, ComputeResource.
pub const BID_PERCENTAGE: std::ops::RangeInclusive<i64> = 1..=100;
