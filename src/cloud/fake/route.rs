//! Rules of route tables.

use super::refusal::{Answer, Refusal};
use super::world::{Moment, Placed, World, known, known_mut};
use crate::cloud::ErrorKind;
use crate::domain::Tags;
use crate::domain::observed::{Route, RouteTable};

impl World {
    pub(super) fn create_route_table(
        &mut self,
        at: &Moment<'_>,
        vpc_id: &str,
        client_token: &str,
        tags: &Tags,
    ) -> Answer<RouteTable> {
        known(&self.vpcs, vpc_id, at)?;
        let token = format!("route-table/{client_token}");
        let request = format!("{vpc_id} {tags:?}");
        if let Some(id) = self.replay(&token, &request)? {
            return self.route_table(at, &id).ok_or_else(|| Refusal::unknown_id(&id));
        }
        let table = self.add_route_table(at, vpc_id, false, tags);
        self.tokens.insert(token, (request, table.id.clone()));
        Ok(table)
    }

    /// A table as DescribeRouteTables shows it, with the routes that gateway endpoints put into it.
    pub(super) fn route_table(&self, at: &Moment<'_>, id: &str) -> Option<RouteTable> {
        let mut table = self.route_tables.get(id)?.thing.clone();
        let prefix_lists = super::behaviour::prefix_lists(at.region);
        let routes = self
            .endpoints
            .values()
            .map(|record| &record.endpoint)
            .filter_map(|endpoint| {
                let destination = prefix_lists.get(&endpoint.service_name)?.clone();
                let target = endpoint.id.clone();
                endpoint.route_table_ids.contains(id).then_some(Route {
                    destination,
                    target,
                    ..Route::default()
                })
            });
        table.routes.extend(routes);
        Some(table)
    }

    /// A subnet has one explicit association at most.
    pub(super) fn associate(&mut self, at: &Moment<'_>, table_id: &str, subnet_id: &str) -> Answer<String> {
        let subnet_vpc = known(&self.subnets, subnet_id, at)?.vpc_id.clone();
        if self
            .route_tables
            .values()
            .any(|table| table.associations.contains_key(subnet_id))
        {
            let message =
                format!("the specified association for route table {table_id} conflicts with an existing association");
            return Err(Refusal::new(
                ErrorKind::AlreadyExists,
                "Resource.AlreadyAssociated",
                message,
            ));
        }
        self.put_association(at, table_id, subnet_id, &subnet_vpc)
    }

    pub(super) fn replace_association(
        &mut self,
        at: &Moment<'_>,
        association_id: &str,
        table_id: &str,
    ) -> Answer<String> {
        let (old_table, subnet_id) = self
            .association(association_id)
            .ok_or_else(|| Refusal::unknown_id(association_id))?;
        let subnet_vpc = known(&self.subnets, &subnet_id, at)?.vpc_id.clone();
        let replaced = self.put_association(at, table_id, &subnet_id, &subnet_vpc)?;
        if old_table != table_id
            && let Some(table) = self.route_tables.get_mut(&old_table)
        {
            table.associations.remove(&subnet_id);
        }
        Ok(replaced)
    }

    fn put_association(
        &mut self,
        at: &Moment<'_>,
        table_id: &str,
        subnet_id: &str,
        subnet_vpc: &str,
    ) -> Answer<String> {
        let id = self.new_id("rtbassoc");
        let table = known_mut(&mut self.route_tables, table_id, at)?;
        if table.vpc_id != subnet_vpc {
            let message = format!("Route table {table_id} and subnet {subnet_id} belong to different networks");
            return Err(Refusal::invalid("InvalidParameterValue", message));
        }
        table.associations.insert(subnet_id.to_owned(), id.clone());
        Ok(id)
    }

    /// Table and subnet of an association.
    fn association(&self, association_id: &str) -> Option<(String, String)> {
        self.route_tables.values().find_map(|table| {
            let (subnet, _) = table.associations.iter().find(|(_, id)| *id == association_id)?;
            Some((table.id.clone(), subnet.clone()))
        })
    }

    /// The local route stays, and a gateway endpoint's route goes with the endpoint only.
    pub(super) fn delete_route(&mut self, at: &Moment<'_>, table_id: &str, destination: &str) -> Answer<()> {
        let routes = self
            .route_table(at, table_id)
            .map(|table| table.routes)
            .unwrap_or_default();
        let Some(route) = routes.iter().find(|route| route.destination == destination) else {
            return Ok(());
        };
        if route.target == "local" || route.target.starts_with("vpce-") {
            let message = format!("cannot remove the route to {} in route table {table_id}", route.target);
            return Err(Refusal::invalid("InvalidParameterValue", message));
        }
        let table = known_mut(&mut self.route_tables, table_id, at)?;
        table.routes.retain(|route| route.destination != destination);
        Ok(())
    }

    /// A table with associations, and the main table, cannot go.
    pub(super) fn delete_route_table(&mut self, table_id: &str) -> Answer<()> {
        let held = |table: &Placed<RouteTable>| table.main || !table.associations.is_empty();
        if self.route_tables.get(table_id).is_some_and(held) {
            return Err(Refusal::dependency("routeTable", table_id));
        }
        self.route_tables.remove(table_id);
        for record in self.endpoints.values_mut() {
            record.endpoint.route_table_ids.remove(table_id);
        }
        Ok(())
    }
}
