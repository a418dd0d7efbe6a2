//! What an answer means: the one table from AWS's codes to [`ErrorKind`].
//!
//! EC2, IAM and STS tell refusals apart by code. Batch gives nearly all of its refusals the code `ClientException`, so there
//! fragments of the message decide. Code, message and request id are kept as AWS gave them.

use crate::cloud::ErrorKind;

/// How a row of the table compares.
#[derive(Clone, Copy, Debug)]
enum Code {
    Is(&'static str),
    Ends(&'static str),
    Starts(&'static str),
}

impl Code {
    fn matches(self, code: &str) -> bool {
        match self {
            Self::Is(text) => code == text,
            Self::Ends(text) => code.ends_with(text),
            Self::Starts(text) => code.starts_with(text),
        }
    }
}

use Code::{Ends, Is, Starts};
use ErrorKind::{AlreadyExists, Conflict, Denied, Invalid, NotFound, NotYet, Quota, Throttled, Unknown};

/// The first row that matches decides, so exceptions come before the rule.
///
/// Sources: "Error codes for the Amazon EC2 API", "Common errors" of IAM, STS and AWS Batch.
const CODES: &[(Code, ErrorKind)] = &[
    // Too many calls. `RequestLimitExceeded` is a rate although it looks like a quota.
    (Is("RequestLimitExceeded"), Throttled),
    (Is("Throttling"), Throttled),
    (Is("ThrottlingException"), Throttled),
    (Is("ThrottledException"), Throttled),
    (Is("RequestThrottled"), Throttled),
    (Is("RequestThrottledException"), Throttled),
    (Is("TooManyRequestsException"), Throttled),
    (Is("TooManyRequests"), Throttled),
    (Is("SlowDown"), Throttled),
    (Is("BandwidthLimitExceeded"), Throttled),
    (Is("EC2ThrottledException"), Throttled),
    // Not allowed, or not known who calls.
    (Is("UnauthorizedOperation"), Denied),
    (Is("AccessDenied"), Denied),
    (Is("AccessDeniedException"), Denied),
    (Is("AuthFailure"), Denied),
    (Is("Blocked"), Denied),
    (Is("ExpiredToken"), Denied),
    (Is("ExpiredTokenException"), Denied),
    (Is("RequestExpired"), Denied),
    (Is("InvalidClientTokenId"), Denied),
    (Is("UnrecognizedClientException"), Denied),
    (Is("InvalidAccessKeyId"), Denied),
    (Is("SignatureDoesNotMatch"), Denied),
    (Is("IncompleteSignature"), Denied),
    (Is("MissingAuthenticationToken"), Denied),
    (Is("InvalidSignatureException"), Denied),
    (Is("InvalidIdentityToken"), Denied),
    (Is("IDPRejectedClaim"), Denied),
    (Is("OptInRequired"), Denied),
    (Is("PendingVerification"), Denied),
    (Is("RegionDisabledException"), Denied),
    // Made a moment ago and not visible everywhere: a profile that EC2 does not see, a principal that IAM does not see.
    (Is("InvalidIamInstanceProfile"), NotYet),
    (Is("InvalidIAMInstanceProfile"), NotYet),
    // Somebody else holds on to it, or is changing it.
    (Is("DependencyViolation"), Conflict),
    (Is("DeleteConflict"), Conflict),
    (Is("ConcurrentModification"), Conflict),
    (Is("ConcurrentModificationException"), Conflict),
    (Is("EntityTemporarilyUnmodifiable"), Conflict),
    (Is("IncorrectState"), Conflict),
    (Is("IncorrectStateException"), Conflict),
    (Is("IncorrectInstanceState"), Conflict),
    (Is("InvalidGroup.InUse"), Conflict),
    (Is("InvalidNetworkInterface.InUse"), Conflict),
    (Is("InvalidStateTransition"), Conflict),
    (Is("OperationInProgress"), Conflict),
    (Is("OperationNotPermitted.InUse"), Conflict),
    (Is("ResourceInUseException"), Conflict),
    (Ends(".InUse"), Conflict),
    // Of that name there is one.
    (Is("EntityAlreadyExists"), AlreadyExists),
    (Is("InvalidGroup.Duplicate"), AlreadyExists),
    // Nothing tells a subnet apart but its block, so this is also what a repeat after a lost answer gets.
    (Is("InvalidSubnet.Conflict"), AlreadyExists),
    (Is("InvalidPermission.Duplicate"), AlreadyExists),
    (Is("Resource.AlreadyAssociated"), AlreadyExists),
    (Is("RouteAlreadyExists"), AlreadyExists),
    (Is("DuplicateSubnetsInSameZone"), Invalid),
    (Ends(".Duplicate"), AlreadyExists),
    (Ends("AlreadyExists"), AlreadyExists),
    (Ends("AlreadyExistsException"), AlreadyExists),
    // There is none.
    (Is("NoSuchEntity"), NotFound),
    (Is("NoSuchEntityException"), NotFound),
    (Is("ResourceNotFoundException"), NotFound),
    (Is("InvalidServiceName"), Invalid),
    (Ends(".NotFound"), NotFound),
    (Ends(".NotFoundException"), NotFound),
    // The account has no more.
    (Is("InsufficientFreeAddressesInSubnet"), Quota),
    (Is("RulesPerSecurityGroupLimitExceeded"), Quota),
    (Is("ResourceCountExceeded"), Quota),
    (Ends("LimitExceeded"), Quota),
    (Ends("LimitExceededException"), Quota),
    (Ends("QuotaExceeded"), Quota),
    // AWS itself failed: nothing is known of what was done.
    (Is("InternalError"), Unknown),
    (Is("InternalFailure"), Unknown),
    (Is("InternalServiceError"), Unknown),
    (Is("ServiceFailure"), Unknown),
    (Is("ServiceFailureException"), Unknown),
    (Is("ServiceUnavailable"), Unknown),
    (Is("ServerException"), Unknown),
    (Is("Unavailable"), Unknown),
    // The request itself.
    (Is("IdempotentParameterMismatch"), Invalid),
    (Is("DryRunOperation"), Invalid),
    (Is("UnknownParameter"), Invalid),
    (Is("ValidationError"), Invalid),
    (Is("ValidationException"), Invalid),
    (Is("CannotDelete"), Invalid),
    (Is("UnsupportedOperation"), Invalid),
    (Is("UnmodifiableEntity"), Invalid),
    (Is("PolicyNotAttachable"), Invalid),
    (Is("PackedPolicyTooLarge"), Invalid),
    (Starts("OperationNotPermitted"), Invalid),
    (Starts("Invalid"), Invalid),
    (Starts("Malformed"), Invalid),
    (Starts("Missing"), Invalid),
    (Starts("Unsupported"), Invalid),
    (Starts("Unknown"), Invalid),
];

/// Fragments of the messages that come with a code that says nothing, in lower case; the first that is found decides.
///
/// Sources: AWS Batch User Guide, "Compute environment parameters" and "INVALID compute environment"; hashicorp/aws issues 13221,
/// 46925 (queue relationship), 37945 (roles that are not visible yet); hyp3 issue 1051 and aws-cdk issue 27054 (updates refused).
const FRAGMENTS: &[(&str, ErrorKind)] = &[
    ("is being modified", Conflict),
    ("jobqueue relationship", Conflict),
    ("must be disabled", Conflict),
    ("must set the state to disabled", Conflict),
    ("it must be valid before", Conflict),
    ("not authorized to perform sts:assumerole", NotYet),
    ("invalid iaminstanceprofile", NotYet),
    ("service-linked role", Invalid),
    ("is not authorized", Denied),
    ("not authorized to perform", Denied),
    ("already exists", AlreadyExists),
    ("does not exist", NotFound),
    ("not found", NotFound),
    ("too many requests", Throttled),
    ("rate exceeded", Throttled),
    // "limit of" alone is in texts of validation too.
    ("limit exceeded", Quota),
    ("reached the limit", Quota),
    ("limit reached", Quota),
    ("limit has been reached", Quota),
    ("quota", Quota),
];

/// Codes under which a service puts everything.
const CATCH_ALL: &[&str] = &[
    "ClientException",
    "InvalidParameterValueException",
    "InvalidRequestException",
];

/// What private DNS is refused for without. Both are set before anything asks for it, but EC2 sees that only after a while.
const DNS_ATTRIBUTES: &[&str] = &["enableDnsSupport", "enableDnsHostnames"];

/// What a refusal of AddRoleToInstanceProfile means.
///
/// A profile holds one role, and "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1" is also what a repeat gets whose
/// first answer was lost. So it says that a role is there, not that the account has no more.
pub(in crate::cloud) fn kind_of_adding_a_role(code: &str, message: &str) -> ErrorKind {
    match code {
        "LimitExceeded" | "LimitExceededException" => AlreadyExists,
        _ => kind(code, message),
    }
}

/// What a refusal with this code and message means.
pub(in crate::cloud) fn kind(code: &str, message: &str) -> ErrorKind {
    if CATCH_ALL.contains(&code) {
        let message = message.to_lowercase();
        return FRAGMENTS
            .iter()
            .find(|(fragment, _)| message.contains(fragment))
            .map_or(Invalid, |(_, kind)| *kind);
    }
    // EC2 prefixes codes with `Client.` and `Server.` in some of its messages.
    let code = code.strip_prefix("Client.").unwrap_or(code);
    if code.starts_with("InvalidParameter") && DNS_ATTRIBUTES.iter().any(|attribute| message.contains(attribute)) {
        return NotYet;
    }
    // Somebody else's endpoint has taken the name since it was looked at. Source: hashicorp/aws issue 17535.
    if code.starts_with("InvalidParameter") && message.contains("conflicting DNS domain") {
        return AlreadyExists;
    }
    CODES
        .iter()
        .find(|(row, _)| row.matches(code))
        .map_or(Unknown, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_row_by_row() {
        let rows = [
            ("RequestLimitExceeded", Throttled),
            ("Throttling", Throttled),
            ("ThrottlingException", Throttled),
            ("TooManyRequestsException", Throttled),
            ("UnauthorizedOperation", Denied),
            ("AccessDenied", Denied),
            ("AccessDeniedException", Denied),
            ("AuthFailure", Denied),
            ("ExpiredToken", Denied),
            ("RequestExpired", Denied),
            ("InvalidClientTokenId", Denied),
            ("UnrecognizedClientException", Denied),
            ("SignatureDoesNotMatch", Denied),
            ("OptInRequired", Denied),
            ("InvalidIamInstanceProfile", NotYet),
            ("DependencyViolation", Conflict),
            ("DeleteConflict", Conflict),
            ("ConcurrentModification", Conflict),
            ("EntityTemporarilyUnmodifiable", Conflict),
            ("IncorrectState", Conflict),
            ("OperationInProgress", Conflict),
            ("InvalidSubnet.Conflict", AlreadyExists),
            ("InvalidGroup.InUse", Conflict),
            ("InvalidNetworkInterface.InUse", Conflict),
            ("EntityAlreadyExists", AlreadyExists),
            ("InvalidGroup.Duplicate", AlreadyExists),
            ("InvalidPermission.Duplicate", AlreadyExists),
            ("Resource.AlreadyAssociated", AlreadyExists),
            ("RouteAlreadyExists", AlreadyExists),
            ("NoSuchEntity", NotFound),
            ("ResourceNotFoundException", NotFound),
            ("InvalidVpcID.NotFound", NotFound),
            ("InvalidSubnetID.NotFound", NotFound),
            ("InvalidRouteTableID.NotFound", NotFound),
            ("InvalidAssociationID.NotFound", NotFound),
            ("InvalidRoute.NotFound", NotFound),
            ("InvalidGroup.NotFound", NotFound),
            ("InvalidPermission.NotFound", NotFound),
            ("InvalidVpcEndpointId.NotFound", NotFound),
            ("Client.InvalidVpcEndpointId.NotFound", NotFound),
            ("VpcLimitExceeded", Quota),
            ("SubnetLimitExceeded", Quota),
            ("VpcEndpointLimitExceeded", Quota),
            ("SecurityGroupLimitExceeded", Quota),
            ("RulesPerSecurityGroupLimitExceeded", Quota),
            ("LimitExceeded", Quota),
            ("InsufficientFreeAddressesInSubnet", Quota),
            ("InvalidParameterValue", Invalid),
            ("InvalidParameter", Invalid),
            ("InvalidVpcRange", Invalid),
            ("InvalidServiceName", Invalid),
            ("InvalidVpcID.Malformed", Invalid),
            ("DuplicateSubnetsInSameZone", Invalid),
            ("IdempotentParameterMismatch", Invalid),
            ("MalformedPolicyDocument", Invalid),
            ("MissingParameter", Invalid),
            ("ValidationError", Invalid),
            ("CannotDelete", Invalid),
            ("InternalError", Unknown),
            ("ServiceUnavailable", Unknown),
            ("ServerException", Unknown),
            ("SomethingNobodyKnows", Unknown),
        ];
        for (code, expected) in rows {
            assert_eq!(kind(code, "Any text."), expected, "{code}");
        }
    }

    #[test]
    fn messages_row_by_row() {
        let rows = [
            ("Cannot delete, resource is being modified.", Conflict),
            ("Cannot delete, found existing JobQueue relationship", Conflict),
            (
                "compute-environment/blue must be DISABLED before it is deleted.",
                Conflict,
            ),
            (
                "Compute Environment blue is not valid. It must be valid before attaching it to the job queue.",
                Conflict,
            ),
            ("compute-environment/blue does not exist", NotFound),
            ("Object already exists", AlreadyExists),
            (
                "CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService)",
                NotYet,
            ),
            (
                "User: arn:aws:iam::123456789012:user/eve is not authorized to perform: batch:TagResource",
                Denied,
            ),
            ("At least one compute-resources attribute must be specified", Invalid),
            (
                "Following fields [subnets] can be updated only for Non-fargate Compute Environment having a Batch \
                 Service Linked Role",
                Invalid,
            ),
            ("Instance type can only be one of [c5, m5, optimal]", Invalid),
            ("instanceTypes exceeds the limit of 50 entries", Invalid),
            ("You have reached the limit of 50 compute environments", Quota),
            ("Compute environment limit exceeded", Quota),
        ];
        for (message, expected) in rows {
            assert_eq!(kind("ClientException", message), expected, "{message}");
        }
    }

    #[test]
    fn dns_attributes_of_a_moment_ago_are_waited_for() {
        let message = "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true \
                       for vpc-1";
        for code in ["InvalidParameter", "InvalidParameterValue", "Client.InvalidParameter"] {
            assert_eq!(kind(code, message), NotYet, "{code}");
        }
        assert_eq!(kind("UnauthorizedOperation", message), Denied);
        assert_eq!(kind("InvalidParameter", "The subnet is wrong"), Invalid);
        let taken = "private-dns-enabled cannot be set because there is already a conflicting DNS domain for \
                     ecs.ap-northeast-1.amazonaws.com in the VPC vpc-1";
        assert_eq!(kind("InvalidParameter", taken), AlreadyExists);
    }

    #[test]
    fn a_full_profile_has_a_role_already() {
        let message = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
        assert_eq!(kind_of_adding_a_role("LimitExceeded", message), AlreadyExists);
        assert_eq!(kind_of_adding_a_role("NoSuchEntity", "No."), NotFound);
        assert_eq!(kind("LimitExceeded", message), Quota);
    }

    #[test]
    fn a_code_that_says_enough_is_not_overruled_by_its_message() {
        let message = "The vpc 'vpc-1' has dependencies and cannot be deleted; endpoint vpce-1 already exists";
        assert_eq!(kind("DependencyViolation", message), Conflict);
    }
}
