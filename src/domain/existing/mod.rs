//! Existing networks: what an environment needs of a VPC that somebody else made, and what of it serves the environment.
//!
//! | module | what it does |
//! |---|---|
//! | [`guests`] | which endpoints of others serve the environment, and which are in the way |
//! | [`intruders`] | which endpoints of others are in the way in a network of the environment's own |
//! | [`ids`] | ids of VPCs and subnets, checked on their own |

pub mod guests;
pub mod ids;
pub mod intruders;
