/** The library's links and buttons, typed by the router: an address that does not exist does not compile. */
import { Anchor, Button } from '@mantine/core';
import type { AnchorProps, ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type Native<P> = Omit<ComponentPropsWithRef<'a'>, keyof P> & Omit<P, 'href'>;

export const LinkAnchor = createLink((props: Native<AnchorProps>) => <Anchor {...props} />);
export const LinkButton = createLink((props: Native<ButtonProps>) => <Button component="a" {...props} />);
